import {
  type EndpointLog,
  type LogEntry,
  type PredictionRecord,
  recordPayload,
  type ShadowRecord,
} from '../prediction-log/index.ts'
import { labelOf } from './answer.ts'
import type { Deployment } from './deployment.ts'

export type ShadowCounts = { readonly scored: number; readonly dropped: number; readonly failed: number }

type Waiting = { readonly record: PredictionRecord; readonly id: string }

const CAPACITY_ROWS = 8_192
const BATCH_ROWS = 256
/** So many rows behind, the lane takes a turn even though requests wait: better a short delay now than dropped pairs. */
const PRESSING_ROWS = 2_048
const RETRY_MS = 2

/** Scores what was answered already with the version in shadow, while no request waits. What it cannot keep up with it drops, and counts. */
export class ShadowLane {
  readonly deployment: Deployment
  readonly #log: EndpointLog
  readonly #isPrimaryIdle: () => boolean
  #waiting: Waiting[] = []
  #isScheduled = false
  #isClosed = false
  #running: Promise<void> = Promise.resolve()
  #counts = { scored: 0, dropped: 0, failed: 0 }

  constructor(deployment: Deployment, log: EndpointLog, isPrimaryIdle: () => boolean) {
    this.deployment = deployment
    this.#log = log
    this.#isPrimaryIdle = isPrimaryIdle
  }

  get counts(): ShadowCounts {
    return this.#counts
  }

  /** Call after the replies have left. */
  offer(records: readonly PredictionRecord[], ids: readonly string[]): void {
    if (this.#isClosed) return
    if (this.#waiting.length + records.length > CAPACITY_ROWS) {
      this.#counts.dropped += records.length
      return
    }
    for (let i = 0; i < records.length; i++) this.#waiting.push({ record: records[i]!, id: ids[i]! })
    this.#schedule()
  }

  /** Finishes what it is scoring; what still waits is dropped. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#counts.dropped += this.#waiting.splice(0).length
    await this.#running
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#takeTurn())
  }

  #takeTurn(): void {
    if (!this.#isPrimaryIdle() && this.#waiting.length < PRESSING_ROWS) {
      setTimeout(() => this.#takeTurn(), RETRY_MS).unref()
      return
    }
    const batch = this.#waiting.splice(0, BATCH_ROWS)
    this.#running = this.#score(batch).finally(() => {
      this.#isScheduled = false
      if (this.#waiting.length > 0) this.#schedule()
    })
  }

  async #score(batch: readonly Waiting[]): Promise<void> {
    if (batch.length === 0) return
    try {
      const rows = batch.map(({ record }) => record.row)
      const { signature, version } = this.deployment
      const predictions = await this.deployment.score(rows)
      const entries = batch.map((waiting, i) =>
        shadowEntry(waiting, version, predictions.scores[i]!, labelOf(signature, predictions, i)),
      )
      this.#log.append(entries)
      this.#counts.scored += batch.length
    } catch {
      // A shadow's failure is a finding about the candidate, shown by its count; it never touches what was answered.
      this.#counts.failed += batch.length
    }
  }
}

function shadowEntry({ record, id }: Waiting, version: number, score: number, label: string | undefined): LogEntry {
  const champion = {
    version: record.version,
    score: record.score,
    at: record.at,
    ...(record.label !== undefined && { label: record.label }),
  }
  const entry: ShadowRecord = {
    kind: 'shadow',
    predictionId: id,
    version,
    score,
    ...(label !== undefined && { label }),
    champion,
  }
  return { record: entry, payload: recordPayload(entry) }
}
