import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { parseRecord } from './record.ts'
import { listSegments, segmentPath, sidecarPath } from './segment-files.ts'
import { SegmentIndex } from './segment-index.ts'
import { scanSegment } from './segment-scan.ts'

const MAX_LOADED_INDEXES = 8

/** The segments of one log and where their predictions begin. Indexes of sealed segments are loaded when asked for. */
export class SegmentCatalog {
  readonly #dir: string
  readonly #loaded = new Map<number, SegmentIndex>()
  readonly #sealed: Set<number>
  readonly #counts = new Map<number, number>()
  #active: number
  #activeIndex = new SegmentIndex()

  constructor(dir: string) {
    this.#dir = dir
    const segments = listSegments(dir)
    this.#active = segments.at(-1) ?? 1
    this.#sealed = new Set(segments.slice(0, -1))
  }

  /** The segment that grows. */
  get active(): number {
    return this.#active
  }

  get activeIndex(): SegmentIndex {
    return this.#activeIndex
  }

  /** Ascending. */
  get sealed(): readonly number[] {
    return [...this.#sealed]
  }

  /** Ascending, the active one last. */
  get segments(): readonly number[] {
    return [...this.#sealed, this.#active]
  }

  pathOf(segment: number): string {
    return segmentPath(this.#dir, segment)
  }

  /** Keeps the index of the active segment and goes on with the next number. */
  seal(): void {
    writeSidecar(sidecarPath(this.#dir, this.#active), this.#activeIndex)
    this.#sealed.add(this.#active)
    this.#counts.set(this.#active, this.#activeIndex.count)
    this.#activeIndex = new SegmentIndex()
    this.#active++
  }

  /** Drops a sealed segment's raw frames. */
  remove(segment: number): void {
    if (!this.#sealed.delete(segment)) return
    this.#loaded.delete(segment)
    this.#counts.delete(segment)
    for (const path of [segmentPath, sidecarPath]) rmSync(path(this.#dir, segment), { force: true })
  }

  findIndex(segment: number): SegmentIndex | undefined {
    if (segment === this.#active) return this.#activeIndex
    if (!this.#sealed.has(segment)) return undefined
    const index = this.#loaded.get(segment) ?? loadIndex(this.#dir, segment)
    this.#loaded.delete(segment)
    this.#loaded.set(segment, index)
    const oldest = this.#loaded.keys().next().value
    if (this.#loaded.size > MAX_LOADED_INDEXES && oldest !== undefined) this.#loaded.delete(oldest)
    return index
  }

  countOf(segment: number): number {
    if (segment === this.#active) return this.#activeIndex.count
    const count = this.#counts.get(segment) ?? this.findIndex(segment)?.count ?? 0
    this.#counts.set(segment, count)
    return count
  }
}

function writeSidecar(path: string, index: SegmentIndex): void {
  writeFileSync(`${path}.new`, index.toBytes())
  renameSync(`${path}.new`, path)
}

/** From the sidecar, or by reading the segment where the process died before writing one. */
function loadIndex(dir: string, segment: number): SegmentIndex {
  const sidecar = sidecarPath(dir, segment)
  if (statSync(sidecar, { throwIfNoEntry: false })) return SegmentIndex.fromBytes(readFileSync(sidecar))
  const index = new SegmentIndex()
  for (const item of scanSegment(segmentPath(dir, segment))) {
    if (item.kind === 'frame') addToIndex(index, item.offset, item.payload)
  }
  writeSidecar(sidecar, index)
  return index
}

export function addToIndex(index: SegmentIndex, offset: number, payload: Buffer): void {
  const record = parseRecord(payload)
  if (record?.kind === 'prediction') index.add(offset, record.version, record.at)
}
