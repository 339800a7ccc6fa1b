import { decodeNumber } from '@regia/core'
import { api } from '../kernel/api.ts'

type Waiting = {
  readonly run: string
  readonly key: string
  readonly done: (values: Spark) => void
  readonly failed: (error: unknown) => void
}
export type Spark = readonly (number | null)[]

const WAIT_MS = 40
const MOST_RUNS = 100
const POINTS = 40

let waiting: Waiting[] = []

/** The curve of a metric, small enough for a cell. Those that are asked for within a moment are read together: a table asks for many. */
export function loadSpark(run: string, key: string): Promise<Spark> {
  return new Promise((done, failed) => {
    if (waiting.length === 0) window.setTimeout(flush, WAIT_MS)
    waiting.push({ run, key, done, failed })
  })
}

function flush() {
  const asked = waiting
  waiting = []
  for (const [key, ofKey] of Map.groupBy(asked, ({ key }) => key)) {
    for (let i = 0; i < ofKey.length; i += MOST_RUNS) void read(key, ofKey.slice(i, i + MOST_RUNS))
  }
}

async function read(key: string, asked: readonly Waiting[]) {
  try {
    const runs = [...new Set(asked.map(({ run }) => run))]
    const { curves } = await api.tracking.chart({ runs, keys: [key], points: POINTS })
    const values = new Map(curves.map((curve) => [curve.run, curve.value.map(finite)]))
    for (const each of asked) each.done(values.get(each.run) ?? [])
  } catch (error) {
    for (const each of asked) each.failed(error)
  }
}

function finite(value: Parameters<typeof decodeNumber>[0] | null): number | null {
  const number = value === null ? Number.NaN : decodeNumber(value)
  return Number.isFinite(number) ? number : null
}
