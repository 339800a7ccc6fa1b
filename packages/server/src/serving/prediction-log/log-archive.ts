import { existsSync, statSync } from 'node:fs'
import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '@regia/core'
import type { EndpointLog } from './endpoint-log.ts'
import type { PredictionLog } from './prediction-log.ts'
import type { LogPosition } from './record.ts'

export type LogArchiveOptions = {
  readonly log: Pick<PredictionLog, 'logs'>
  /** Asks a file of JSON lines, as the table `records`, and makes a Parquet file of the answer. */
  readonly toParquet: (sql: string, jsonLinesPath: string, parquetPath: string) => Promise<void>
  /** Up to where an endpoint's log was counted: nothing behind it is dropped. */
  readonly findCounted: (endpoint: string) => Promise<LogPosition | undefined>
  readonly tempDir: string
  readonly clock: Clock
  /** How long a prediction can still get its label: so long raw segments stay. Default 90 days. */
  readonly labelHorizonMs?: number
  /** Whether requests need the machine now: partitions are for looking back, and wait. */
  readonly isBusy?: () => boolean
  readonly onError: (error: unknown) => void
}

const DEFAULT_HORIZON_MS = 90 * 86_400_000
const LINES_A_TURN = 500
/** So many segments of one log may wait for a quiet time (about 1 GiB); then they are converted all the same. */
const MAX_WAITING = 64

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
      const { isBusy = () => false } = this.#options
      for (const [i, segment] of log.sealedSegments.entries()) {
        if (isBusy() && log.sealedSegments.length - i <= MAX_WAITING) break
        await this.#care(log, segment)
      }
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
      if (count > 0) await toParquet(AS_TABLE, lines, partition)
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

/** Reads {@link writeLines}' file as the table `records`. Inputs get a prefix, so that none takes the name of what is logged about a prediction. */
const AS_TABLE = `
  WITH logged AS MATERIALIZED (SELECT * FROM records WHERE id IS NOT NULL),
  facts AS (
    SELECT
      id, model, version, ${isoTime('at')} AS "at", ${isoTime('loggedAt')} AS logged_at,
      "latencyMs" AS latency_ms, score::DOUBLE AS score, label::VARCHAR AS label
    FROM logged
  ),
  inputs AS (SELECT unnest("row") FROM logged)
  SELECT * FROM facts POSITIONAL JOIN (SELECT COLUMNS(*) AS 'input_\\0' FROM inputs)`

function isoTime(column: string): string {
  return `strftime(make_timestamp_ms("${column}"), '%Y-%m-%dT%H:%M:%S.%gZ')`
}

const PREDICTION = Buffer.from('{"kind":"prediction"')
/** So that the column of labels is there also where no prediction has one. */
const FIRST_LINE = '{"id":null,"label":null}\n'
const LINE_END = Buffer.from('\n')

/** Predictions as they were logged, a line each with its id in front: their text is copied, not read. */
async function writeLines(log: EndpointLog, segment: number, path: string): Promise<number> {
  const file = await open(path, 'w')
  let count = 0
  const pieces: Buffer[] = [Buffer.from(FIRST_LINE)]
  const write = async () => file.write(Buffer.concat(pieces.splice(0)))
  try {
    for (const { id, payload } of log.payloadsOf(segment)) {
      if (!payload.subarray(0, PREDICTION.length).equals(PREDICTION)) continue
      pieces.push(Buffer.from(`{"id":"${id}",`), payload.subarray(1), LINE_END)
      if (++count % LINES_A_TURN !== 0) continue
      await write()
      await nextTurn()
    }
    await write()
  } finally {
    await file.close()
  }
  return count
}
