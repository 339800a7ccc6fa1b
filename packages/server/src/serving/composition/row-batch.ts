import { RegiaError, type Row, type Signature } from '@regia/core'
import type { InputBatch } from '@regia/engine'

/** Rows as they came, for members that judge them themselves: one may take columns that another does not know. */
export class RowBatch implements InputBatch {
  readonly #names: ReadonlySet<string>
  #rows: Row[] = []
  #at: number | undefined

  constructor({ inputs }: Signature) {
    this.#names = new Set(inputs.map(({ name }) => name))
  }

  get rowCount(): number {
    return this.#rows.length
  }

  get rows(): readonly Row[] {
    return this.#rows
  }

  /** Event time of the rows, milliseconds since 1970. */
  get at(): number | undefined {
    return this.#at
  }

  append(rows: readonly Row[], at?: number): number {
    for (const [place, row] of rows.entries()) this.#assertKnown(row, place)
    const first = this.#rows.length
    this.#rows.push(...rows)
    this.#at = at
    return first
  }

  columns(): never {
    throw new Error('unreachable: a composition passes rows on, it has no columns')
  }

  clear(): void {
    this.#rows = []
    this.#at = undefined
  }

  #assertKnown(row: Row, place: number): void {
    const unknown = Object.keys(row).find((name) => !this.#names.has(name))
    if (unknown === undefined) return
    throw new RegiaError('COLUMN_UNKNOWN', `No member of the composition has an input "${unknown}".`, {
      where: `rows[${place}].${unknown}`,
      hint: `They have: ${[...this.#names].slice(0, 20).join(', ')}.`,
      data: { column: unknown, row: place },
    })
  }
}
