import { z } from 'zod'
import { RegiaError } from '../kernel/index.ts'
import { countUpTo } from '../statistics/index.ts'
import type { Cell } from '../table/index.ts'
import { type FeatureGroup, type FeatureView, featureGroups, type GroupedFeature } from './feature-view.ts'

export type FactRow = { readonly [column: string]: Cell }

/** A history that can be stored and taken up again. Values are scaled whole numbers, null where the fact had none. */
export const rollingStateSchema = z.object({
  watermark: z.number().nullable(),
  groups: z.array(
    z.record(z.string(), z.object({ times: z.array(z.number()), values: z.array(z.array(z.number().nullable())) })),
  ),
})
export type RollingState = z.infer<typeof rollingStateSchema>

export type RollingOptions = {
  /** How far behind the latest query another may ask. */
  readonly maximumLatenessMs?: number
  readonly state?: RollingState
}

export type RollingAggregate = {
  /**
   * Takes a fact in; facts may come in any order, also before they are known (their event time lies ahead).
   * The event time is ISO text or milliseconds. A fact without key or event time is ignored.
   */
  readonly observe: (fact: FactRow) => void
  /**
   * The features as known at `at` (milliseconds since 1970) for the keys of `row`.
   *
   * @throws RegiaError `INVALID_INPUT` when `at` lies further behind the latest query than `maximumLatenessMs`: those facts are forgotten.
   */
  readonly query: (row: FactRow, at: number) => Record<string, number | null>
  /** Facts held, over all groups. */
  readonly size: () => number
  readonly toJson: () => RollingState
}

type History = { readonly times: number[]; readonly values: (number | null)[][] }
type Store = { readonly group: FeatureGroup; readonly longestMs: number; readonly histories: Map<string, History> }

/**
 * Keeps the history features of a view up to date, fact by fact: the online twin of {@link pointInTimeSql}, equal to it bit for bit.
 *
 * Memory is bounded by the facts of the longest window plus `maximumLatenessMs`. A query costs the facts in its window.
 *
 * @throws RegiaError `INVALID_INPUT` when `state` belongs to a view with other keys.
 * @example
 * const recent = createRollingAggregate(view)
 * recent.observe({ origin: 'JFK', delay: 12, landed_at: '2001-01-01T10:00:00Z' })
 * recent.query({ origin: 'JFK' }, Date.parse('2001-01-01T11:00:00Z')) // { origin_mean_delay: 12 }
 */
export function createRollingAggregate(view: FeatureView, options: RollingOptions = {}): RollingAggregate {
  const { maximumLatenessMs = 3_600_000, state } = options
  const stores = featureGroups(view).map((group, i) => storeOf(group, state?.groups[i]))
  if (state && state.groups.length !== stores.length) throw foreignState(view)
  let watermark = state?.watermark ?? Number.NEGATIVE_INFINITY
  let sweptAt = watermark

  const advance = (at: number) => {
    watermark = Math.max(watermark, at)
    const longestMs = Math.max(0, ...stores.map((store) => store.longestMs))
    // Each fact is swept at most twice before it goes, so forgetting costs a constant per fact.
    if (watermark - sweptAt < longestMs) return
    sweptAt = watermark
    for (const store of stores) sweep(store, watermark - maximumLatenessMs)
  }

  return {
    observe: (fact) => {
      const at = timeOf(fact[view.eventTime])
      if (at === undefined) return
      for (const store of stores) insert(store, fact, at)
    },
    query: (row, at) => {
      if (at < watermark - maximumLatenessMs) throw tooLate(view, at, watermark, maximumLatenessMs)
      advance(at)
      const answers = new Map(stores.flatMap((store) => answer(store, row, at)))
      return Object.fromEntries(Object.keys(view.features).map((name) => [name, answers.get(name) ?? null]))
    },
    size: () => stores.reduce((sum, store) => sum + heldBy(store), 0),
    toJson: () => ({
      watermark: Number.isFinite(watermark) ? watermark : null,
      groups: stores.map((store) => structuredCloneOf(store.histories)),
    }),
  }
}

function storeOf(group: FeatureGroup, saved: RollingState['groups'][number] | undefined): Store {
  const histories = new Map(
    Object.entries(saved ?? {}).map(([key, { times, values }]) => [
      key,
      { times: [...times], values: values.map((column) => [...column]) },
    ]),
  )
  return { group, longestMs: Math.max(...group.features.map((feature) => feature.windowMs)), histories }
}

const structuredCloneOf = (histories: ReadonlyMap<string, History>): RollingState['groups'][number] =>
  Object.fromEntries(
    [...histories].map(([key, { times, values }]) => [
      key,
      { times: [...times], values: values.map((column) => [...column]) },
    ]),
  )

function insert({ group, histories }: Store, fact: FactRow, at: number): void {
  const key = keyOf(fact[group.by])
  if (key === undefined) return
  const history = histories.get(key) ?? { times: [], values: group.columns.map(() => []) }
  histories.set(key, history)
  const { times, values } = history
  // Facts come nearly in order: almost always this is a push.
  const position = times.length === 0 || at >= times.at(-1)! ? times.length : countUpTo(times, at)
  times.splice(position, 0, at)
  for (const [i, { name, decimals }] of group.columns.entries()) {
    values[i]!.splice(position, 0, scaled(fact[name] ?? null, decimals, name))
  }
}

function answer({ group, histories }: Store, row: FactRow, at: number): [string, number | null][] {
  const key = keyOf(row[group.as])
  const history = key === undefined ? undefined : histories.get(key)
  return group.features.map((feature) => [feature.name, aggregateOf(feature, history, at)])
}

function aggregateOf(feature: GroupedFeature, history: History | undefined, at: number): number | null {
  const first = history ? countUpTo(history.times, at - feature.windowMs) : 0
  const end = history ? countUpTo(history.times, at) : 0
  if (feature.column === undefined) return end - first
  const column = history?.values[feature.column]
  let n = 0
  let sum = 0
  let min = Number.POSITIVE_INFINITY
  let max = Number.NEGATIVE_INFINITY
  for (let i = first; i < end; i++) {
    const value = column?.[i]
    if (value === null || value === undefined) continue
    n++
    sum += value
    if (value < min) min = value
    if (value > max) max = value
  }
  if (feature.aggregate === 'count') return n
  if (n === 0) return null
  const scale = 10 ** feature.decimals
  if (feature.aggregate === 'mean') return sum / n / scale
  return { sum, min, max }[feature.aggregate] / scale
}

function sweep({ longestMs, histories }: Store, earliestQuery: number): void {
  for (const [key, { times, values }] of histories) {
    const forgotten = countUpTo(times, earliestQuery - longestMs)
    if (forgotten === 0) continue
    if (forgotten === times.length) {
      histories.delete(key)
      continue
    }
    times.splice(0, forgotten)
    for (const column of values) column.splice(0, forgotten)
  }
}

const heldBy = (store: Store): number =>
  [...store.histories.values()].reduce((sum, history) => sum + history.times.length, 0)

const keyOf = (cell: Cell | undefined): string | undefined =>
  cell === null || cell === undefined || Number.isNaN(cell) ? undefined : String(cell)

function timeOf(cell: Cell | undefined): number | undefined {
  const ms = typeof cell === 'string' ? Date.parse(cell) : cell
  return typeof ms === 'number' && Number.isFinite(ms) ? Math.floor(ms) : undefined
}

/** A number as a whole count of its last decimal place: sums of such numbers are exact in any order, up to 2^53. */
function scaled(cell: Cell, decimals: number, column: string): number | null {
  const number = typeof cell === 'boolean' ? Number(cell) : cell
  if (number === null) return null
  if (typeof number === 'string') {
    throw new RegiaError(
      'COLUMN_TYPE',
      `Column "${column}" of a fact holds the text "${number}"; a number is needed.`,
      {
        where: column,
        hint: 'Parse it before it is observed.',
      },
    )
  }
  return Number.isFinite(number) ? Math.floor(number * 10 ** decimals + 0.5) : null
}

const tooLate = (view: FeatureView, at: number, watermark: number, latenessMs: number) =>
  new RegiaError(
    'INVALID_INPUT',
    `Feature view "${view.name}" was asked about ${new Date(at).toISOString()}, but has moved on to ${new Date(watermark).toISOString()}.`,
    { where: 'at', hint: `Ask in order of time, or raise maximumLatenessMs (now ${latenessMs}).` },
  )

const foreignState = (view: FeatureView) =>
  new RegiaError(
    'INVALID_INPUT',
    `The stored history does not belong to feature view "${view.name}": its keys differ.`,
    {
      hint: 'Rebuild it from the facts.',
    },
  )
