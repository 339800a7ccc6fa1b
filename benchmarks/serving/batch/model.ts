import {
  boolColumn,
  createRng,
  floatColumn,
  gradientBoosting,
  intColumn,
  makeTable,
  ordinal,
  passthrough,
  stringColumn,
  tabularModel,
} from '@regia/core'
import { writeModelPackage } from '@regia/engine'

const TRAIN_ROWS = 20_000

/** A boosted ensemble of 100 trees over eight raw columns, two of them text. */
export async function makeModel(): Promise<Uint8Array> {
  const rng = createRng('batch')
  const draw = <Value>(make: () => Value): Value[] => Array.from({ length: TRAIN_ROWS }, make)
  const [a, b, d] = [draw(() => rng.normal()), draw(() => rng.normal()), draw(() => rng.normal())]
  const [c, miles, hour] = [draw(() => rng.next()), draw(() => rng.integer(3000)), draw(() => rng.integer(24))]
  const [origin, carrier] = [draw(() => rng.integer(200)), draw(() => rng.integer(15))]
  const late = a.map((value, i) => {
    const known = value + b[i]! * c[i]! + Math.sin(d[i]! * 3) + hour[i]! / 12 + (origin[i]! % 7) / 5 + miles[i]! / 3000
    return known + rng.normal() / 2 > 2
  })
  const train = makeTable({
    ...{ a: floatColumn(a), b: floatColumn(b), c: floatColumn(c), d: floatColumn(d) },
    ...{ miles: intColumn(miles), hour: intColumn(hour) },
    origin: stringColumn(origin.map((place) => `A${place}`)),
    carrier: stringColumn(carrier.map((place) => `C${place}`)),
    late: boolColumn(late),
  })
  const transforms = [
    passthrough(['a', 'b', 'c', 'd', 'miles', 'hour']),
    ordinal(['origin', 'carrier'], { order: 'target' }),
  ]
  const learner = gradientBoosting({ trees: 100, leaves: 31 })
  const { bytes } = await writeModelPackage({
    train,
    fitted: tabularModel({ transforms, learner }).fit(train, { target: 'late' }),
  })
  return bytes
}

/** Rows for it, with a key, as Parquet: SQL of DuckDB. */
export const rowsSql = (rowCount: number): string => `
  SELECT i AS id, random() * 4 - 2 AS a, random() * 4 - 2 AS b, random() AS c, random() * 4 - 2 AS d,
    CAST(random() * 3000 AS BIGINT) AS miles, CAST(random() * 23 AS BIGINT) AS hour,
    'A' || CAST(floor(random() * 200) AS INTEGER) AS origin, 'C' || CAST(floor(random() * 15) AS INTEGER) AS carrier
  FROM range(${rowCount}) rows(i)`
