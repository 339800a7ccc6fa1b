const INITIAL_CAPACITY = 64

type Columns = { readonly offsets: Uint32Array; readonly versions: Uint32Array; readonly at: Float64Array }

const allocate = (capacity: number): Columns => ({
  offsets: new Uint32Array(capacity),
  versions: new Uint32Array(capacity),
  at: new Float64Array(capacity),
})

/** Which predictions a page shall hold. `at` is event time: `from` ≤ at < `until`. */
export type PredictionFilter = { readonly version?: number; readonly from?: number; readonly until?: number }

/** Where the predictions of one segment begin, in the order of the file, with what lists filter by: 16 bytes a prediction. */
export class SegmentIndex {
  #columns = allocate(INITIAL_CAPACITY)
  #count = 0

  get count(): number {
    return this.#count
  }

  add(offset: number, version: number, at: number): void {
    if (this.#count === this.#columns.offsets.length) this.#grow()
    this.#columns.offsets[this.#count] = offset
    this.#columns.versions[this.#count] = version
    this.#columns.at[this.#count] = at
    this.#count++
  }

  offsetAt(place: number): number {
    return this.#columns.offsets[place]!
  }

  matches(place: number, filter: PredictionFilter): boolean {
    const at = this.#columns.at[place]!
    return (
      (filter.version === undefined || this.#columns.versions[place] === filter.version) &&
      (filter.from === undefined || at >= filter.from) &&
      (filter.until === undefined || at < filter.until)
    )
  }

  countMatching(filter: PredictionFilter): number {
    if (Object.values(filter).every((value) => value === undefined)) return this.#count
    let matching = 0
    for (let place = 0; place < this.#count; place++) if (this.matches(place, filter)) matching++
    return matching
  }

  has(offset: number): boolean {
    const place = this.placeBefore(offset + 1)
    return place >= 0 && this.#columns.offsets[place] === offset
  }

  /** The last prediction that begins before `offset`, or −1. */
  placeBefore(offset: number): number {
    let low = 0
    let high = this.#count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#columns.offsets[middle]! < offset) low = middle + 1
      else high = middle
    }
    return low - 1
  }

  /** Offsets, versions, then times: the sidecar of a sealed segment. */
  toBytes(): Buffer {
    const { offsets, versions, at } = this.#columns
    const parts = [offsets, versions, at].map((column) => column.slice(0, this.#count))
    return Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)))
  }

  static fromBytes(bytes: Buffer): SegmentIndex {
    const index = new SegmentIndex()
    const count = Math.floor(bytes.length / 16)
    const own = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + count * 16)
    index.#columns = {
      offsets: new Uint32Array(own.slice(0, count * 4)),
      versions: new Uint32Array(own.slice(count * 4, count * 8)),
      at: new Float64Array(own.slice(count * 8)),
    }
    index.#count = count
    return index
  }

  #grow(): void {
    const larger = allocate(Math.max(INITIAL_CAPACITY, this.#columns.offsets.length * 2))
    larger.offsets.set(this.#columns.offsets)
    larger.versions.set(this.#columns.versions)
    larger.at.set(this.#columns.at)
    this.#columns = larger
  }
}
