import { findDriver } from './driver.ts'
import { findRare } from './find-rare.ts'
import type { Segment } from './segments.ts'
import { type FoundRow, type Selection, selectAll, selectDriven } from './select-runs.ts'
import { sameKey, selectEnd, selectStretch } from './stretch.ts'

/** Pages longer than this need too wide a window. */
const MAX_WINDOW_LIMIT = 5_000

/**
 * Goes along the index that has the order, and ends when the page is full. With a filter it looks at a stretch of the index first: where many
 * runs match that is enough. Else those that match are found first, and then put in order by the index.
 *
 * @param first - The window of the first segment.
 */
export async function walk(
  selection: Selection,
  segments: readonly Segment[],
  first: Window | undefined,
): Promise<readonly FoundRow[]> {
  const rows: FoundRow[] = []
  for (const [i, segment] of segments.entries()) {
    // Only the segment in which the page begins has a place to begin at.
    const place = i === 0 ? selection.place : undefined
    const rest = { ...selection, place, limit: selection.limit - rows.length }
    if (isExcluded(rest, segment)) continue
    const near = await walkWindow(rest, segment, i === 0 ? first : await findWindow(rest, segment))
    if (near === undefined && isFiltered(rest, segment)) {
      const otherWay = await readAnotherWay(selection, segment)
      if (otherWay !== undefined) return otherWay
    }
    rows.push(...(near ?? (await walkAll(rest, segment))))
    if (rows.length >= selection.limit) break
  }
  return rows
}

/** Whether the filter asks for a value of the very key that the runs of the segment lack. */
const isExcluded = ({ scope }: Selection, { lacks }: Segment): boolean =>
  scope.keyConditions.some(
    ({ entity, keyId, isAbsence }) => entity === lacks?.entity && keyId === lacks.keyId && !isAbsence,
  )

/** Whether the filter asks for more than the index knows. */
const isFiltered = (selection: Selection, segment: Segment): boolean => {
  const own = sameKey(selection, segment)
  const { rowConditions, keyConditions } = selection.scope
  return rowConditions.length > 0 || keyConditions.some((condition) => condition !== own)
}

/** All rows of the page, where the walk would look at many for nothing; `undefined` where it is the best way. */
async function readAnotherWay(selection: Selection, { source }: Segment): Promise<readonly FoundRow[] | undefined> {
  const { reader, scope, tuning } = selection
  const driver = await findDriver(reader, scope, tuning.few, 'others')
  if (driver !== undefined) return reader.read(selectDriven(selection, driver))
  // The index of a key knows nothing of the runs' own rows, which lie in another order.
  if (source === undefined || scope.rowConditions.length === 0) return undefined
  return reader.read(selectAll(selection, 'membership'))
}

/** A stretch of an index that is looked at first; `until` is absent where that is all of it. */
export type Window = { readonly until: number | string | undefined }

/** Where the stretch ends; `undefined` where there is no use in one. */
export async function findWindow(selection: Selection, segment: Segment): Promise<Window | undefined> {
  const { scope, limit, reader, tuning } = selection
  if (segment.value === undefined || limit > MAX_WINDOW_LIMIT || !isFiltered(selection, segment)) return undefined
  const size = Math.max(tuning.window, tuning.windowPerRow * limit)
  const ends = await reader.readAll(scope.experiments.map((one) => selectEnd(selection, segment, one, size)))
  const values = ends.flatMap(([row]) => (row === undefined ? [] : [row.value]))
  return { until: nearest(values, segment.isDescending) }
}

/** `undefined` where the stretch does not fill the page and is not all there is. */
async function walkWindow(
  selection: Selection,
  segment: Segment,
  window: Window | undefined,
): Promise<readonly FoundRow[] | undefined> {
  if (window === undefined) return undefined
  const { until } = window
  const rows = await selection.reader.read(selectStretch(selection, segment, { until, members: new Set() }))
  return rows.length >= selection.limit || until === undefined ? rows : undefined
}

/** The end that comes first of those of several experiments: up to there nothing is left out. */
function nearest(values: readonly (number | string)[], isDescending: boolean): number | string | undefined {
  const inOrder = [...values].sort((a, b) => compareCells(a, b))
  return isDescending ? inOrder.at(-1) : inOrder[0]
}

/** As SQLite compares: texts by their bytes in UTF-8. */
function compareCells(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}

async function walkAll(selection: Selection, segment: Segment): Promise<readonly FoundRow[]> {
  const members = await findRare(selection, segment)
  return selection.reader.read(selectStretch(selection, segment, { until: undefined, members }))
}
