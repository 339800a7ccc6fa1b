import {
  boolColumn,
  createRng,
  floatColumn,
  gradientBoosting,
  impute,
  makeTable,
  ordinal,
  passthrough,
  type Row,
  stringColumn,
  type Table,
  tabularModel,
  toRows,
  withoutColumns,
} from '@regia/core'
import { writeModelPackage } from '@regia/engine'

const PLACES = ['JFK', 'LAX', 'ORD', 'SFO']

export type TripsOptions = {
  /** What `miles` are multiplied with: drift. */
  readonly stretch?: number
  /** Whether lateness has nothing to do with the inputs. */
  readonly isRandom?: boolean
}

/** Trips whose lateness depends on distance, place and wind: a table to train small models on. */
export function trips(
  rowCount: number,
  seed: number | string,
  { stretch = 1, isRandom = false }: TripsOptions = {},
): Table {
  const rng = createRng(seed)
  const draw = <Value>(make: () => Value): Value[] => Array.from({ length: rowCount }, make)
  const miles = draw(() => (100 + rng.integer(2000)) * stretch)
  const place = draw(() => PLACES[rng.integer(4)]!)
  const wind = draw(() => (rng.next() < 0.1 ? null : rng.normal()))
  const late = miles.map((distance, i) => {
    const risk = distance / 2000 + PLACES.indexOf(place[i]!) / 8 + (wind[i] ?? 1) / 3
    return (isRandom ? 0.5 : risk) + rng.normal() / 3 > 1
  })
  return makeTable({
    miles: floatColumn(miles),
    place: stringColumn(place),
    wind: floatColumn(wind),
    late: boolColumn(late),
  })
}

/** The same as requests send them, and what became of them. */
export function tripRows(
  rowCount: number,
  seed: number | string,
  options: TripsOptions = {},
): { readonly rows: readonly Row[]; readonly late: readonly boolean[] } {
  const table = trips(rowCount, seed, options)
  return { rows: toRows(withoutColumns(table, ['late'])), late: toRows(table).map((row) => row.late === true) }
}

/** A packaged model. More trees know more; `isRandom` makes one that knows nothing. */
export async function packageTrips(
  options: TripsOptions & { readonly trees?: number; readonly seed?: number; readonly until?: string } = {},
): Promise<Uint8Array> {
  const { trees = 20, seed = 1, until = '2001-01-01T00:00:00.000Z' } = options
  const train = trips(3000, seed, options)
  const transforms = [passthrough(['miles']), ordinal(['place'], { order: 'target' }), impute(['wind'])]
  const model = tabularModel({ transforms, learner: gradientBoosting({ trees, leaves: 15 }) })
  const fitted = model.fit(train, { target: 'late' })
  const { bytes } = await writeModelPackage({
    fitted,
    train,
    metrics: {},
    trainedOn: { from: '2000-01-01T00:00:00.000Z', until },
  })
  return bytes
}
