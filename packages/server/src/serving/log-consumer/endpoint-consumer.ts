import type { Connection } from '../../database/database.ts'
import type {
  EndpointLog,
  LabelRecord,
  LogPosition,
  PlacedRecord,
  PredictionRecord,
  RewardRecord,
} from '../prediction-log/index.ts'
import { parsePredictionId } from '../prediction-log/index.ts'
import { commitDelta } from './commit-delta.ts'
import type { CountStore } from './count-store.ts'
import { Delta, predictedBy } from './delta.ts'
import { recountVersion } from './recount-version.ts'
import type { ReleaseCounters } from './release-outcomes.ts'
import { type FindVersionFacts, isPositiveLabel, type VersionFacts } from './version-facts.ts'
import { observeEventTime, type WatermarkState } from './watermark.ts'

/** So many records of a backlog are counted before others get their turn. */
const BACKLOG_SLICE = 500
const LEARN_AGAIN_MS = 5_000

export type EndpointConsumerOptions = {
  readonly log: EndpointLog
  readonly store: CountStore
  /** Where releases are counted; without it none is. */
  readonly counters?: ReleaseCounters | undefined
  readonly findFacts: FindVersionFacts
  readonly onError: (error: unknown) => void
  /** Told after each commit that counted something. */
  readonly onCommitted?: (endpoint: string) => void
}

/**
 * Follows one endpoint's log and counts what it says.
 *
 * While it is up to date it counts the batches as they are written, from memory. After a start it first reads what no commit covers.
 * Counts are kept only together with the position that they cover, so that a death at any moment loses and doubles nothing.
 */
export class EndpointConsumer {
  readonly #options: EndpointConsumerOptions
  readonly #facts = new Map<number, VersionFacts | undefined>()
  readonly #queue: (readonly PlacedRecord[])[] = []
  #delta = new Delta()
  /** Deltas that are closed and wait to be committed, oldest first. */
  readonly #closed: Delta[] = []
  #counting: Promise<void> | undefined
  #committing: Promise<void> = Promise.resolve()
  #isCaughtUp = false
  #watermark: WatermarkState | undefined
  #outcomeRevision = 0

  constructor(options: EndpointConsumerOptions) {
    this.#options = options
  }

  /** Counts what no commit covers yet, then follows the log. */
  async start(): Promise<void> {
    this.#options.log.onAppend = (records) => this.#enqueue(records)
    const { store, log } = this.#options
    this.#watermark = await store.findWatermark(log.endpoint)
    let position = await store.findPosition(log.endpoint)
    for (;;) {
      position = await this.#readBacklog(position)
      // Nothing was appended while the last slice was counted: from here on every batch comes through the listener.
      if (isSame(position, this.#options.log.end)) break
    }
    this.#isCaughtUp = true
  }

  /** Grows whenever labels or shadow scores were committed. */
  get outcomeRevision(): number {
    return this.#outcomeRevision
  }

  /** Commits everything that was written before the call. */
  async flush(): Promise<void> {
    while (this.#counting) await this.#counting
    await this.#commit()
  }

  /**
   * Counts a version anew with another reference, and from then on with that one. What is logged meanwhile waits for it.
   *
   * @param keep - Keeps the reference in the transaction that replaces the sketches.
   */
  async recount(version: number, facts: VersionFacts, keep: (connection: Connection) => Promise<void>): Promise<void> {
    while (this.#counting) await this.#counting
    const recounting = this.#recount(version, facts, keep)
    this.#counting = recounting.catch(() => undefined).then(() => this.#drain())
    await recounting
  }

  async #recount(version: number, facts: VersionFacts, keep: (connection: Connection) => Promise<void>): Promise<void> {
    const { store, log } = this.#options
    const sketcher = facts.reference?.sketcher
    if (!sketcher) throw new Error('unreachable: a version is recounted with a reference')
    await this.#commit()
    const sketches = await recountVersion({ log, store }, await store.findPosition(log.endpoint), version, sketcher)
    await store.transaction(async (connection) => {
      await store.replaceSketches(connection, log.endpoint, version, sketches)
      await keep(connection)
    })
    this.#facts.set(version, facts)
    this.#outcomeRevision++
  }

  #enqueue(records: readonly PlacedRecord[]): void {
    if (!this.#isCaughtUp) return
    this.#queue.push(records)
    // After the replies of this turn have left.
    this.#counting ??= new Promise((resolve) => setImmediate(resolve)).then(() => this.#drain())
  }

  async #drain(): Promise<void> {
    for (let records = this.#queue.shift(); records; records = this.#queue.shift()) await this.#count(records)
    this.#counting = undefined
  }

  async #readBacklog(from: LogPosition | undefined): Promise<LogPosition> {
    // Taken first: what is appended from here on is found by the next look.
    const end = this.#options.log.end
    const slice: PlacedRecord[] = []
    let last: LogPosition | undefined
    for (const placed of this.#options.log.recordsFrom(from)) {
      slice.push(placed)
      last = placed.end
      if (slice.length === BACKLOG_SLICE) await this.#countAndCommit(slice.splice(0))
    }
    await this.#countAndCommit(slice)
    // Without a record from here to the end there may still be a segment that holds nothing but its header.
    return last ?? end
  }

  async #countAndCommit(records: readonly PlacedRecord[]): Promise<void> {
    await this.#count(records)
    await this.#commit()
  }

  async #count(records: readonly PlacedRecord[]): Promise<void> {
    for (const placed of records) {
      const { record } = placed
      if (record.kind === 'prediction' && record.servedBy !== undefined) this.#observeTime(record.at)
      else if (record.kind === 'prediction') {
        const facts = this.#facts.has(record.version) ? this.#facts.get(record.version) : await this.#learn(record)
        this.#countPrediction(record, facts)
      } else if (record.kind === 'label') await this.#countLabel(record, placed.end)
      else if (record.kind === 'reward') this.#countReward(record)
      else this.#delta.shadows.push(record)
      this.#delta.position = placed.end
    }
  }

  #countPrediction(prediction: PredictionRecord, facts: VersionFacts | undefined): void {
    const { at, row, score } = prediction
    const delta = this.#delta.countPrediction(prediction)
    this.#observeTime(at)
    const sketcher = facts?.reference?.sketcher
    if (sketcher) sketcher.add(Delta.sketchOf(delta, at, sketcher), row, score)
  }

  #observeTime(at: number): void {
    this.#watermark = observeEventTime(this.#watermark, at)
    this.#delta.watermark = this.#watermark
  }

  async #countLabel({ predictionId, label, loggedAt }: LabelRecord, { segment, offset }: LogPosition): Promise<void> {
    const prediction = this.#findPrediction(predictionId)
    // What stood in for a version says nothing about it.
    if (!prediction || prediction.servedBy !== undefined) return
    const { version, score, at } = prediction
    const facts = this.#facts.has(version) ? this.#facts.get(version) : await this.#learn(prediction)
    const isPositive = facts && isPositiveLabel(facts, label, prediction.label)
    const labelPlace = segment * 2 ** 32 + offset
    this.#delta.labels.set(predictionId, {
      ...predictedBy(prediction),
      ...{
        predictionId,
        label,
        predicted: prediction.isUndecided ? undefined : prediction.label,
        isPositive,
        score,
        loggedAt,
      },
      eventAt: at,
      place: labelPlace,
    })
  }

  #countReward({ predictionId, reward, loggedAt }: RewardRecord): void {
    const prediction = this.#findPrediction(predictionId)
    if (!prediction || prediction.servedBy !== undefined || this.#delta.rewards.has(predictionId)) return
    this.#delta.rewards.set(predictionId, { ...predictedBy(prediction), predictionId, reward, loggedAt })
  }

  /** A damaged prediction cannot be joined; the rest goes on. */
  #findPrediction(id: string): PredictionRecord | undefined {
    try {
      const place = parsePredictionId(id)
      return place && this.#options.log.findPrediction(place)
    } catch (error) {
      this.#options.onError(error)
      return undefined
    }
  }

  /** A version whose package cannot be read is counted without sketches. */
  async #learn({ model, version }: PredictionRecord): Promise<VersionFacts | undefined> {
    const facts = await this.#options.findFacts(model, version, this.#options.log.endpoint).catch((error: unknown) => {
      this.#options.onError(error)
      // The registry may only be away: what comes from then on is counted whole again.
      setTimeout(() => this.#facts.delete(version), LEARN_AGAIN_MS).unref()
      return undefined
    })
    this.#facts.set(version, facts)
    return facts
  }

  #commit(): Promise<void> {
    if (!this.#delta.isEmpty) {
      this.#closed.push(this.#delta)
      this.#delta = new Delta()
    }
    this.#committing = this.#committing.catch(() => {}).then(() => this.#commitClosed())
    return this.#committing
  }

  /** A delta that could not be committed stays first in line. */
  async #commitClosed(): Promise<void> {
    for (let delta = this.#closed[0]; delta; delta = this.#closed[0]) {
      await commitDelta(this.#options, this.#options.log.endpoint, delta, this.#facts)
      this.#closed.shift()
      if (delta.labels.size > 0 || delta.rewards.size > 0 || delta.shadows.length > 0) this.#outcomeRevision++
      this.#options.onCommitted?.(this.#options.log.endpoint)
    }
  }
}

const isSame = (a: LogPosition | undefined, b: LogPosition): boolean =>
  a?.segment === b.segment && a.offset === b.offset
