import type { DuckDBVector } from '@duckdb/node-api'
import { type Column, codeFor, RegiaError } from '@regia/core'
import type { TypedColumn } from './column-types.ts'

const FIRST_CAPACITY = 2048

/** Gathers a column from DuckDB's chunks into one typed array that grows by doubling. */
export class ColumnBuilder {
  readonly #column: TypedColumn
  readonly #codeOf = new Map<string, number>()
  #numbers: Float64Array<ArrayBuffer>
  #codes: Int32Array<ArrayBuffer>
  #length = 0

  constructor(column: TypedColumn) {
    this.#column = column
    this.#numbers = new Float64Array(column.type === 'string' ? 0 : FIRST_CAPACITY)
    this.#codes = new Int32Array(column.type === 'string' ? FIRST_CAPACITY : 0)
  }

  append(vector: DuckDBVector, rowCount: number): void {
    if (this.#column.type === 'string') this.#appendTexts(vector, rowCount)
    else this.#appendNumbers(vector, rowCount, this.#column.type === 'int')
    this.#length += rowCount
  }

  finish(): Column {
    const { type } = this.#column
    if (type !== 'string') return { type, values: this.#numbers.slice(0, this.#length) }
    return { type, codes: this.#codes.slice(0, this.#length), categories: [...this.#codeOf.keys()] }
  }

  #appendNumbers(vector: DuckDBVector, rowCount: number, isWhole: boolean): void {
    this.#numbers = withRoom(this.#numbers, this.#length + rowCount, (capacity) => new Float64Array(capacity))
    const numbers = this.#numbers
    for (let row = 0; row < rowCount; row++) {
      const value = Number(vector.getItem(row))
      // NaN stands for null; from 2^53 on neighbours coincide, and an id would silently become another one.
      if (isWhole && !Number.isSafeInteger(value) && !Number.isNaN(value)) throw this.#tooLarge(value, row)
      numbers[this.#length + row] = value
    }
  }

  #appendTexts(vector: DuckDBVector, rowCount: number): void {
    this.#codes = withRoom(this.#codes, this.#length + rowCount, (capacity) => new Int32Array(capacity))
    const codes = this.#codes
    for (let row = 0; row < rowCount; row++) {
      const value: unknown = vector.getItem(row)
      codes[this.#length + row] = typeof value === 'string' ? codeFor(value, this.#codeOf) : -1
    }
  }

  #tooLarge(value: number, row: number): RegiaError {
    const { name, sqlType } = this.#column
    return new RegiaError(
      'COLUMN_TYPE',
      `Column "${name}" (${sqlType}) holds ${value}, beyond 2^53: it cannot be kept exactly.`,
      {
        where: `row ${this.#length + row}`,
        hint: 'Bring large identifiers as text.',
        data: { column: name },
      },
    )
  }
}

function withRoom<Values extends Float64Array | Int32Array>(
  values: Values,
  length: number,
  make: (capacity: number) => Values,
): Values {
  if (length <= values.length) return values
  const larger = make(Math.max(length, values.length * 2))
  larger.set(values)
  return larger
}
