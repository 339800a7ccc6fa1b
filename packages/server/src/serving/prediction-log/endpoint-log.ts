import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { type Clock, RegiaError } from '@regia/core'
import { encodeFrame, FrameEncoder } from './frame.ts'
import { type LogTrouble, logTrouble } from './log-trouble.ts'
import { idPrefix, type RecordPlace } from './prediction-id.ts'
import { readFrameAt } from './read-frame.ts'
import { type LogPosition, type LogRecord, type PlacedRecord, type PredictionRecord, parseRecord } from './record.ts'
import { addToIndex, SegmentCatalog } from './segment-catalog.ts'
import { partitionPath, tornTailPath } from './segment-files.ts'
import type { PredictionFilter } from './segment-index.ts'
import { type ScanItem, scanSegment } from './segment-scan.ts'
import { SegmentWriter, writeFailed } from './segment-writer.ts'

/** One record to append: the record itself and its JSON text. */
export type LogEntry = { readonly record: LogRecord; readonly payload: string }

export type EndpointLogOptions = {
  readonly dir: string
  readonly endpoint: string
  /** Stands at the beginning of every id of this log. */
  readonly key: string
  readonly clock: Clock
  /** A segment is sealed before it grows beyond this. Default 16 MiB: small enough to be scanned at start without being noticed. */
  readonly segmentBytes?: number
  readonly onTrouble?: (trouble: LogTrouble) => void
}

export type AppendListener = (records: readonly PlacedRecord[]) => void

const DEFAULT_SEGMENT_BYTES = 16 * 1024 * 1024
/** One for all logs: what it encodes is written before anybody else can ask it. */
const ENCODER = new FrameEncoder()

/** The append-only log of one endpoint: predictions, labels and shadow scores in the order in which they came. */
export class EndpointLog {
  readonly endpoint: string
  readonly key: string
  readonly #options: EndpointLogOptions
  readonly #segmentBytes: number
  readonly #catalog: SegmentCatalog
  #writer: SegmentWriter
  #prefix: string
  #listener: AppendListener = () => {}
  #sealing: Promise<unknown> = Promise.resolve()

  /** Opens or makes the log; cuts off what an interrupted write left behind. @throws RegiaError `LOG_WRITE_FAILED`. */
  constructor(options: EndpointLogOptions) {
    this.#options = options
    this.endpoint = options.endpoint
    this.key = options.key
    this.#segmentBytes = options.segmentBytes ?? DEFAULT_SEGMENT_BYTES
    makeFolder(options.dir)
    this.#catalog = new SegmentCatalog(options.dir)
    this.#prefix = idPrefix(this.key, this.#catalog.active)
    this.#writer = new SegmentWriter(this.#catalog.pathOf(this.#catalog.active))
    this.#recover()
    if (this.#writer.size === 0) this.#writeHeader(this.#writer)
  }

  get end(): LogPosition {
    return { segment: this.#catalog.active, offset: this.#writer.size }
  }

  get sealedSegments(): readonly number[] {
    return this.#catalog.sealed
  }

  /** Gets every batch right after it was written. One listener: the consumer. */
  set onAppend(listener: AppendListener) {
    this.#listener = listener
  }

  /**
   * Writes a batch in one go and answers with the ids, in order. What it answers survives the death of this process.
   *
   * @throws RegiaError `LOG_WRITE_FAILED`; then nothing of the batch is in the log.
   */
  append(entries: readonly LogEntry[]): readonly string[] {
    const offsets: number[] = []
    const payloads = entries.map((entry) => entry.payload)
    const frames = ENCODER.encode(payloads, offsets)
    if (this.#writer.isBroken || this.#writer.size + frames.length > this.#segmentBytes) this.#roll()
    const start = this.#writer.size
    this.#writer.write(frames)
    return this.#place(entries, offsets, start)
  }

  hasPrediction({ segment, offset }: RecordPlace): boolean {
    return this.#catalog.findIndex(segment)?.has(offset) ?? false
  }

  /** @throws RegiaError `DATA_UNREADABLE` when the frame is damaged. */
  findPrediction(place: RecordPlace): PredictionRecord | undefined {
    if (!this.hasPrediction(place)) return undefined
    const record = this.#read(place.segment, place.offset)?.record
    if (record) return record
    throw new RegiaError('DATA_UNREADABLE', 'A prediction cannot be read: its frame in the log is damaged.', {
      where: `log of "${this.endpoint}", segment ${place.segment}, offset ${place.offset}`,
      hint: 'The other predictions are not affected. Look for a failing disk.',
    })
  }

  /** Newest first, beginning before `before`. Damaged records are passed over. */
  *predictionsBefore(
    before: LogPosition | undefined,
    filter: PredictionFilter = {},
  ): Generator<PlacedRecord<PredictionRecord>> {
    for (const segment of [...this.#catalog.segments].reverse()) {
      const index = this.#catalog.findIndex(segment)
      if (!index || (before && segment > before.segment)) continue
      let place = before?.segment === segment ? index.placeBefore(before.offset) : index.count - 1
      for (; place >= 0; place--) {
        const found = index.matches(place, filter) ? this.#read(segment, index.offsetAt(place)) : undefined
        if (found) yield found
      }
    }
  }

  countPredictions(filter: PredictionFilter = {}): number {
    const isUnfiltered = Object.values(filter).every((value) => value === undefined)
    const count = (segment: number): number =>
      isUnfiltered ? this.#catalog.countOf(segment) : (this.#catalog.findIndex(segment)?.countMatching(filter) ?? 0)
    return this.#catalog.segments.reduce((sum, segment) => sum + count(segment), 0)
  }

  /** Every sound record from a position on, oldest first. */
  *recordsFrom(position?: LogPosition): Generator<PlacedRecord> {
    for (const segment of this.#catalog.segments) {
      if (position && segment < position.segment) continue
      yield* this.recordsOf(segment, position?.segment === segment ? position.offset : 0)
    }
  }

  /** Every sound record of one segment, oldest first. */
  *recordsOf(segment: number, from = 0): Generator<PlacedRecord> {
    for (const item of scanSegment(this.#catalog.pathOf(segment), from)) {
      if (item.kind === 'damage') this.#tell('quarantined', segment, item)
      const placed = item.kind === 'frame' && this.#placeFrame(segment, item)
      if (placed) yield placed
    }
  }

  /** The JSON texts of one segment's records, oldest first, without reading them. */
  *payloadsOf(segment: number): Generator<{ readonly id: string; readonly payload: Buffer }> {
    const prefix = idPrefix(this.key, segment)
    for (const item of scanSegment(this.#catalog.pathOf(segment))) {
      if (item.kind === 'frame') yield { id: prefix + item.offset.toString(36), payload: item.payload }
    }
  }

  /** Until this answers, a power cut may cost what was written last; the death of the process never does. */
  async sync(): Promise<void> {
    await this.#writer.sync()
  }

  async close(): Promise<void> {
    await this.#sealing
    await this.#writer.close()
  }

  pathsOf(segment: number): { readonly raw: string; readonly partition: string } {
    return { raw: this.#catalog.pathOf(segment), partition: partitionPath(this.#options.dir, segment) }
  }

  /** Drops a sealed segment's raw frames; ids in it are unknown from then on. */
  removeSegment(segment: number): void {
    this.#catalog.remove(segment)
  }

  #place(entries: readonly LogEntry[], offsets: readonly number[], start: number): readonly string[] {
    const segment = this.#catalog.active
    const index = this.#catalog.activeIndex
    const ids: string[] = []
    const records: PlacedRecord[] = []
    for (let i = 0; i < entries.length; i++) {
      const { record } = entries[i]!
      const offset = start + offsets[i]!
      const next = offsets[i + 1]
      const id = this.#prefix + offset.toString(36)
      if (record.kind === 'prediction') index.add(offset, record.version, record.at)
      ids.push(id)
      records.push({ id, record, end: { segment, offset: next === undefined ? this.#writer.size : start + next } })
    }
    this.#listener(records)
    return ids
  }

  #roll(): void {
    const next = new SegmentWriter(this.#catalog.pathOf(this.#catalog.active + 1))
    try {
      this.#writeHeader(next)
    } catch (error) {
      next.discard()
      throw error
    }
    const sealed = this.#writer
    this.#catalog.seal()
    this.#sealing = this.#sealing.then(() => sealed.close())
    this.#writer = next
    this.#prefix = idPrefix(this.key, this.#catalog.active)
  }

  #writeHeader(writer: SegmentWriter): void {
    const header = { kind: 'header', format: 1, endpoint: this.endpoint, createdAt: this.#options.clock() }
    writer.write(encodeFrame(JSON.stringify(header)))
  }

  #recover(): void {
    const { active, activeIndex } = this.#catalog
    for (const item of scanSegment(this.#writer.path)) {
      if (item.kind === 'frame') addToIndex(activeIndex, item.offset, item.payload)
      else if (item.isTail) this.#cutTail(active, item)
      else this.#tell('quarantined', active, item)
    }
  }

  #cutTail(segment: number, tail: { readonly offset: number; readonly end: number }): void {
    const torn = readFileSync(this.#writer.path).subarray(tail.offset)
    writeFileSync(tornTailPath(this.#options.dir, segment, tail.offset), torn)
    this.#writer.truncate(tail.offset)
    this.#tell('torn-tail', segment, tail)
  }

  #tell(kind: LogTrouble['kind'], segment: number, range: { readonly offset: number; readonly end: number }): void {
    this.#options.onTrouble?.(logTrouble(kind, this.endpoint, segment, range))
  }

  #placeFrame(segment: number, frame: ScanItem & { kind: 'frame' }): PlacedRecord | undefined {
    const record = parseRecord(frame.payload)
    const id = idPrefix(this.key, segment) + frame.offset.toString(36)
    return record && { id, record, end: { segment, offset: frame.end } }
  }

  #read(segment: number, offset: number): PlacedRecord<PredictionRecord> | undefined {
    const payload = readFrameAt(this.#catalog.pathOf(segment), offset)
    const record = payload && parseRecord(payload)
    if (record?.kind !== 'prediction') return undefined
    return { id: idPrefix(this.key, segment) + offset.toString(36), record, end: { segment, offset } }
  }
}

function makeFolder(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true })
  } catch (cause) {
    throw writeFailed(dir, cause)
  }
}
