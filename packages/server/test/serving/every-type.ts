import {
  boolColumn,
  createRng,
  dateParts,
  floatColumn,
  gradientBoosting,
  intColumn,
  makeTable,
  ordinal,
  passthrough,
  type Row,
  stringColumn,
  type Table,
  tabularModel,
  timestampColumn,
  toRows,
  withoutColumns,
} from '@regia/core'
import { writeModelPackage } from '@regia/engine'

const CODES = ['1', '22', 'É', '9007199254740993']

/** A table with a column of every type, one of them with gaps, and a number that depends on all. */
export function everyType(rowCount: number, seed: number | string): Table {
  const rng = createRng(seed)
  const draw = <Value>(make: () => Value): Value[] => Array.from({ length: rowCount }, make)
  const size = draw(() => Math.fround(rng.normal()))
  const gap = draw(() => (rng.next() < 0.2 ? null : Math.fround(rng.normal())))
  const count = draw(() => rng.integer(200) - 100)
  const flag = draw(() => rng.next() < 0.5)
  const code = draw(() => CODES[rng.integer(CODES.length)]!)
  const time = draw(() => Date.UTC(2001, rng.integer(12), 1 + rng.integer(28), rng.integer(24)))
  const value = size.map(
    (x, i) =>
      x +
      (gap[i] ?? 2) +
      count[i]! / 50 +
      Number(flag[i]) +
      CODES.indexOf(code[i]!) +
      new Date(time[i]!).getUTCHours() / 8,
  )
  return makeTable({
    size: floatColumn(size),
    gap: floatColumn(gap),
    count: intColumn(count),
    flag: boolColumn(flag),
    code: stringColumn(code),
    time: timestampColumn(time),
    value: floatColumn(value),
  })
}

/** The inputs as requests send them. */
export const everyTypeRows = (rowCount: number, seed: number | string): readonly Row[] =>
  toRows(withoutColumns(everyType(rowCount, seed), ['value']))

/** A packaged regression over {@link everyType}. */
export async function packageEveryType(): Promise<Uint8Array> {
  const train = everyType(2000, 1)
  const transforms = [
    passthrough(['size', 'gap', 'count', 'flag']),
    ordinal(['code'], { order: 'target' }),
    dateParts('time', ['hour']),
  ]
  const model = tabularModel({ transforms, learner: gradientBoosting({ trees: 20, leaves: 15 }) })
  const { bytes } = await writeModelPackage({ fitted: model.fit(train, { target: 'value' }), train })
  return bytes
}
