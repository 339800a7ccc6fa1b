import { existsSync, statSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock, Row } from '@regia/core'
import type { EndpointLog } from './endpoint-log.ts'
import type { PredictionLog } from './prediction-log.ts'
import type { LogPosition, PlacedRecord, PredictionRecord } from './record.ts'

export type LogArchiveOptions = {
  readonly log: Pick<PredictionLog, 'logs'>
  /** Makes a Parquet file of a file of JSON lines. */
  readonly toParquet: (jsonLinesPath: string, parquetPath: string) => Promise<void>
  /** Up to where an endpoint's log was counted: nothing behind it is dropped. */
  readonly findCounted: (endpoint: string) => Promise<LogPosition | undefined>
  readonly tempDir: string
  readonly clock: Clock
  /** How long a prediction can still get its label: so long raw segments stay. Default 90 days. */
  readonly labelHorizonMs?: number
  readonly onError: (error: unknown) => void
}

const DEFAULT_HORIZON_MS = 90 * 86_400_000
const LINES_A_TURN = 500

/** Turns sealed segments into columnar partitions, for whoever wants to read months of predictions, and drops raw ones past their horizon. */
export class LogArchive {
  readonly #options: LogArchiveOptions
  /** Segments without predictions, and those that could not be converted: not tried again before the next start. */
  readonly #passedOver = new Set<string>()

  constructor(options: LogArchiveOptions) {
    this.#options = options
  }

  async turn(): Promise<void> {
    for (const log of this.#options.log.logs()) {
      for (const segment of log.sealedSegments) await this.#care(log, segment)
    }
  }

  async #care(log: EndpointLog, segment: number): Promise<void> {
    const { raw, partition } = log.pathsOf(segment)
    if (this.#passedOver.has(raw)) return
    try {
      if (!existsSync(partition)) {
        const count = await this.#convert(log, segment, partition)
        if (count === 0) this.#passedOver.add(raw)
      } else if (await this.#isPastHorizon(log, segment, raw)) log.removeSegment(segment)
    } catch (error) {
      this.#passedOver.add(raw)
      this.#options.onError(error)
    }
  }

  async #convert(log: EndpointLog, segment: number, partition: string): Promise<number> {
    const { tempDir, toParquet } = this.#options
    await mkdir(tempDir, { recursive: true })
    const lines = join(tempDir, `${log.endpoint}-${segment}.jsonl`)
    try {
      const count = await writeLines(log, segment, lines)
      if (count > 0) await toParquet(lines, partition)
      return count
    } finally {
      await rm(lines, { force: true })
    }
  }

  async #isPastHorizon(log: EndpointLog, segment: number, raw: string): Promise<boolean> {
    const { clock, labelHorizonMs = DEFAULT_HORIZON_MS, findCounted } = this.#options
    if (clock() - statSync(raw).mtimeMs <= labelHorizonMs) return false
    const counted = await findCounted(log.endpoint)
    return counted !== undefined && counted.segment > segment
  }
}

async function writeLines(log: EndpointLog, segment: number, path: string): Promise<number> {
  const file = await open(path, 'w')
  let count = 0
  let text = ''
  try {
    for (const { id, record } of log.recordsOf(segment)) {
      if (record.kind !== 'prediction') continue
      text += `${JSON.stringify(flatRow({ id, record }))}\n`
      if (++count % LINES_A_TURN !== 0) continue
      await file.write(text)
      text = ''
      await nextTurn()
    }
    await file.write(text)
  } finally {
    await file.close()
  }
  return count
}

/** One line of a table: inputs get a prefix, so that no input can take the name of what is logged about the prediction. */
function flatRow({ id, record }: Pick<PlacedRecord<PredictionRecord>, 'id' | 'record'>): Row {
  const { model, version, at, loggedAt, latencyMs, score, label, row } = record
  const inputs = Object.entries(row).map(([name, cell]) => [`input_${name}`, cell])
  const times = { at: new Date(at).toISOString(), logged_at: new Date(loggedAt).toISOString() }
  return {
    id,
    model,
    version,
    ...times,
    latency_ms: latencyMs,
    score,
    label: label ?? null,
    ...Object.fromEntries(inputs),
  }
}
