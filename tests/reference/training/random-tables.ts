import type { Rng } from '../../../packages/core/src/kernel/index.ts'
import {
  boolColumn,
  floatColumn,
  intColumn,
  makeTable,
  stringColumn,
  type Table,
  timestampColumn,
} from '../../../packages/core/src/table/index.ts'

export type TableOptions = {
  readonly rowCount: number
  /** Adds categories, sizes and times that an ordinary table does not have. */
  readonly isExtreme: boolean
}

/** A table of every column type with nulls, and targets of every task that depend on it. */
export function randomTable(rng: Rng, { rowCount, isExtreme }: TableOptions): Table {
  const column = <Value>(make: () => Value, odd: readonly Value[]) =>
    Array.from({ length: rowCount }, () => {
      if (rng.next() < 0.08) return null
      return isExtreme && rng.next() < 0.1 ? odd[rng.integer(odd.length)]! : make()
    })
  const city = column(() => `city ${rng.integer(6)}`, ['', 'Nowhere', 'city', '城市', '"quoted"'])
  const code = column(() => `c${Math.floor(rng.next() * rng.next() * 120)}`, ['c-1', 'c999'])
  const age = column(
    () => 40 + 12 * rng.normal(),
    [-1e300, 1e300, 1e-300, -0, 3.4e38, -3.4e38, Infinity, -Infinity, 1e9],
  )
  const visits = column(() => rng.integer(9), [2 ** 53 - 1, -(2 ** 53) + 1, 16_777_217, -1, 255])
  const at = column(
    () => Date.UTC(2001, 0, 1) + rng.integer(200) * 86_400_000 + rng.integer(86_400_000),
    [-1, 0, -86_400_001, 8.64e15, -8.64e15, Date.UTC(2000, 1, 29, 23, 59, 59, 999), Date.UTC(1900, 2, 1)],
  )
  const member = column(() => rng.next() < 0.4, [true])
  const paid = Array.from({ length: rowCount }, () => rng.next() < 0.5)
  const score = age.map(
    (value, row) =>
      (Math.min(Math.max(value ?? 45, 0), 90) - 40) / 12 +
      (city[row] === 'city 1' ? 1 : 0) -
      (paid[row] ? 0.8 : 0) +
      rng.normal(),
  )
  return makeTable({
    city: stringColumn(city),
    code: stringColumn(code),
    age: floatColumn(age),
    visits: intColumn(visits),
    at: timestampColumn(at),
    member: boolColumn(member),
    paid: boolColumn(paid),
    late: boolColumn(score.map((value) => value > 0.5)),
    kind: stringColumn(score.map((value) => (value > 0.8 ? 'high' : value < -0.6 ? 'low' : 'middle'))),
    delay: floatColumn(score.map((value) => 10 * value)),
  })
}
