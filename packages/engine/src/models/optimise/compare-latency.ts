import { type LatencyComparison, type Signature, type Table, toRows } from '@regia/core'
import { inputBatches } from '../input-batch.ts'
import type { InputBatch } from '../model-session.ts'
import type { LoadedGraph } from '../onnx-graph.ts'
import { spaced } from '../package-contents.ts'

export type CompareLatencyOptions = {
  readonly signature: Signature
  /** Rows to ask: different ones in each call, for a tree that sees the same row again and again is flattered by the caches. */
  readonly table: Table
  /** Milliseconds of a clock that only goes forward. */
  readonly timer: () => number
}

/** Requests that are prepared; a round asks some of them. */
const REQUESTS = 64
const ROUNDS = 41
/** More of them while the interval of the ratio is wider than this, as on a machine that does other things too. */
const MAX_ROUNDS = 201
const WIDTH = 0.06
/** But no longer than this. */
const PATIENCE_MS = 2_000
/** A round takes at least so long for each graph, so that the clock's own steps do not matter. */
const ROUND_MS = 2
const MAX_CALLS = 200
const CONFIDENCE = 0.95

type Run = Pick<LoadedGraph, 'run'>

/**
 * How long two graphs take for the same requests, in turns in one process: what else the machine does hits both.
 *
 * @param batch - Rows in a request.
 * @returns Medians over the rounds, and the median of the rounds' ratios with its interval by order statistics.
 */
export async function compareLatency(
  before: Run,
  after: Run,
  batch: number,
  options: CompareLatencyOptions,
): Promise<LatencyComparison> {
  const requests = prepare(batch, options)
  const calls = await callsPerRound(before, after, requests, options.timer)
  const times: [number, number][] = []
  let ratio = { value: 1, lower: 0, upper: Number.POSITIVE_INFINITY }
  const startedAt = options.timer()
  const isUnclear = () =>
    times.length < MAX_ROUNDS && ratio.upper - ratio.lower > WIDTH && options.timer() - startedAt < PATIENCE_MS
  while (times.length < ROUNDS || isUnclear()) {
    const round = times.length
    const turn = { requests: nextRequests(requests, round, calls), isAfterFirst: round % 2 === 1 }
    times.push(await timeInTurns(before, after, turn, options.timer))
    ratio = ratioOf(times)
  }
  const { value, lower, upper } = ratio
  return {
    batch,
    beforeMs: median(times.map(([was]) => was / calls)),
    afterMs: median(times.map(([, is]) => is / calls)),
    ratio: { value, n: times.length, interval: { lower, upper, confidence: CONFIDENCE } },
  }
}

const nextRequests = (requests: readonly InputBatch[], round: number, calls: number): InputBatch[] =>
  Array.from({ length: calls }, (_, i) => requests[(round * calls + i) % requests.length]!)

/** Every second round the other one goes first. */
async function timeInTurns(
  before: Run,
  after: Run,
  round: { readonly requests: readonly InputBatch[]; readonly isAfterFirst: boolean },
  timer: () => number,
): Promise<[number, number]> {
  const { requests, isAfterFirst } = round
  const first = await timeOf(isAfterFirst ? after : before, requests, timer)
  const second = await timeOf(isAfterFirst ? before : after, requests, timer)
  return isAfterFirst ? [second, first] : [first, second]
}

function ratioOf(times: readonly (readonly [number, number])[]) {
  const ratios = times.map(([was, is]) => is / was).sort(ascending)
  return { value: median(ratios), ...medianInterval(ratios) }
}

function prepare(batch: number, { signature, table }: CompareLatencyOptions): InputBatch[] {
  const rows = toRows(spaced(table, batch * REQUESTS))
  const newBatch = inputBatches(signature)
  const names = new Set(signature.inputs.map(({ name }) => name))
  return Array.from({ length: REQUESTS }, (_, request) => {
    const prepared = newBatch()
    const own = Array.from({ length: batch }, (_, i) => rows[(request * batch + i) % rows.length]!)
    prepared.append(own.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => names.has(name)))))
    return prepared
  })
}

/** Warms both up with all requests, and counts how many calls of the faster one make a round. */
async function callsPerRound(before: Run, after: Run, requests: readonly InputBatch[], timer: () => number) {
  const shortest = Math.min(await timeOf(before, requests, timer), await timeOf(after, requests, timer))
  const perCall = Math.max(shortest / requests.length, 1e-4)
  return Math.max(1, Math.min(MAX_CALLS, Math.ceil(ROUND_MS / perCall)))
}

async function timeOf({ run }: Run, requests: readonly InputBatch[], timer: () => number): Promise<number> {
  const startedAt = timer()
  for (const request of requests) await run(request.columns(), request.rowCount)
  return timer() - startedAt
}

const ascending = (a: number, b: number) => a - b

function median(values: readonly number[]): number {
  const sorted = values.toSorted(ascending)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** By the normal law of the number of values below the median; holds for any distribution. @see Conover (1999), chapter 3.2. */
function medianInterval(sorted: readonly number[]): { lower: number; upper: number } {
  const half = 1.96 * Math.sqrt(sorted.length) * 0.5
  const lower = Math.max(0, Math.floor(sorted.length / 2 - half) - 1)
  const upper = Math.min(sorted.length - 1, Math.ceil(sorted.length / 2 + half))
  return { lower: sorted[lower]!, upper: sorted[upper]! }
}
