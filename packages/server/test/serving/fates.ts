import {
  createRng,
  floatColumn,
  gradientBoosting,
  makeTable,
  passthrough,
  type Row,
  stringColumn,
  type Table,
  tabularModel,
  toRows,
  withoutColumns,
} from '@regia/core'
import { writeModelPackage } from '@regia/engine'

export const FATES = ['cancelled', 'late', 'on time'] as const
export type Fate = (typeof FATES)[number]

/** Flights of three fates: late with much traffic, and one in twelve cancelled for its wind. */
function fates(rowCount: number, seed: number | string, fateOf: (fate: Fate, next: () => number) => Fate): Table {
  const rng = createRng(seed)
  const flights = Array.from({ length: rowCount }, () => {
    const [wind, traffic] = [rng.next(), rng.next()]
    const isOdd = rng.next() < 0.1
    const fate: Fate = wind > 0.92 ? 'cancelled' : traffic > 0.6 !== isOdd ? 'late' : 'on time'
    return { wind, traffic, fate: fateOf(fate, rng.next) }
  })
  return makeTable({
    wind: floatColumn(flights.map(({ wind }) => wind)),
    traffic: floatColumn(flights.map(({ traffic }) => traffic)),
    fate: stringColumn(flights.map(({ fate }) => fate)),
  })
}

/** Flights as requests send them, and what became of them. */
export function fateRows(
  rowCount: number,
  seed: number | string,
): { readonly rows: readonly Row[]; readonly fates: readonly string[] } {
  const table = fates(rowCount, seed, (fate) => fate)
  return {
    rows: toRows(withoutColumns(table, ['fate'])),
    fates: toRows(table).map(({ fate }) => String(fate)),
  }
}

/** A packaged model of three classes. One that `missesCancelled` has hardly ever seen one: it calls them late or on time. */
export async function packageFates({ missesCancelled = false, trees = 20 } = {}): Promise<Uint8Array> {
  const train = fates(3000, 1, (fate, next) =>
    missesCancelled && fate === 'cancelled' && next() > 0.02 ? (next() > 0.5 ? 'late' : 'on time') : fate,
  )
  const model = tabularModel({
    transforms: [passthrough(['wind', 'traffic'])],
    learner: gradientBoosting({ trees, leaves: 7 }),
  })
  const fitted = model.fit(train, { target: 'fate' })
  const { bytes } = await writeModelPackage({
    fitted,
    train,
    metrics: {},
    trainedOn: { from: '2000-01-01T00:00:00.000Z', until: '2001-01-01T00:00:00.000Z' },
  })
  return bytes
}
