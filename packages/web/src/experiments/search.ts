import { listOf, numberOf, oneOf, textOf } from '../kernel/search.ts'

type Params = Record<string, unknown>

export type ExperimentsSearch = {
  readonly search?: string | undefined
  readonly lifecycle?: 'deleted' | undefined
  /** Experiments to be looked at together. */
  readonly selected?: string | undefined
}
export const experimentsSearch = (search: Params): ExperimentsSearch => ({
  search: textOf(search, 'search'),
  lifecycle: oneOf(search, 'lifecycle', ['deleted']),
  selected: listOf(search, 'selected')?.join(','),
})

export const RUNS_TABS = ['table', 'charts', 'compare'] as const
export const LAYOUTS = ['nested', 'flat'] as const
export const X_AXES = ['step', 'elapsed', 'time'] as const

/** How curves are drawn. */
export type CurveSearch = {
  readonly x?: (typeof X_AXES)[number] | undefined
  /** Weight of what came before, 0 to 0.99. */
  readonly smooth?: number | undefined
  readonly log?: 'y' | undefined
  /** Metrics that are drawn, with commas between. */
  readonly curves?: string | undefined
  /** The part of the axis that is looked at. */
  readonly from?: number | undefined
  readonly until?: number | undefined
}
export const curveSearch = (search: Params): CurveSearch => ({
  x: oneOf(search, 'x', X_AXES),
  smooth: clamped(numberOf(search, 'smooth'), 0, 0.99),
  log: oneOf(search, 'log', ['y']),
  curves: textOf(search, 'curves'),
  from: numberOf(search, 'from'),
  until: numberOf(search, 'until'),
})

/** The whole view of a table of runs: two people with one address see the same. */
export type RunsSearch = CurveSearch & {
  /** More experiments than the one in the path, by id. */
  readonly experiments?: string | undefined
  readonly filter?: string | undefined
  /** A field, with `-` before it for the largest first. */
  readonly sort?: string | undefined
  /** Ids of fields with commas between; those of the first runs where absent. */
  readonly columns?: string | undefined
  readonly group?: string | undefined
  readonly layout?: (typeof LAYOUTS)[number] | undefined
  readonly lifecycle?: 'deleted' | undefined
  /** Runs whose children are shown. */
  readonly open?: string | undefined
  /** Runs to compare. */
  readonly selected?: string | undefined
  readonly tab?: (typeof RUNS_TABS)[number] | undefined
  /** Fields of the scatter plot, the parallel axes, and the param of the boxes. */
  readonly sx?: string | undefined
  readonly sy?: string | undefined
  readonly axes?: string | undefined
  readonly box?: string | undefined
  readonly only?: 'all' | undefined
}
export const runsSearch = (search: Params): RunsSearch => ({
  ...curveSearch(search),
  experiments: listOf(search, 'experiments')?.join(','),
  filter: textOf(search, 'filter'),
  sort: textOf(search, 'sort'),
  columns: textOf(search, 'columns'),
  group: textOf(search, 'group'),
  layout: oneOf(search, 'layout', LAYOUTS),
  lifecycle: oneOf(search, 'lifecycle', ['deleted']),
  open: listOf(search, 'open')?.join(','),
  selected: listOf(search, 'selected')?.join(','),
  tab: oneOf(search, 'tab', RUNS_TABS),
  sx: textOf(search, 'sx'),
  sy: textOf(search, 'sy'),
  axes: textOf(search, 'axes'),
  box: textOf(search, 'box'),
  only: oneOf(search, 'only', ['all']),
})

export const RUN_TABS = ['overview', 'charts', 'system', 'files'] as const
export type TrackedRunSearch = CurveSearch & {
  readonly tab?: (typeof RUN_TABS)[number] | undefined
  /** The file that is open. */
  readonly file?: string | undefined
}
export const trackedRunSearch = (search: Params): TrackedRunSearch => ({
  ...curveSearch(search),
  tab: oneOf(search, 'tab', RUN_TABS),
  file: textOf(search, 'file'),
})

const clamped = (value: number | undefined, low: number, high: number) =>
  value === undefined ? undefined : Math.min(high, Math.max(low, value))

/** A list in a parameter; empty where there is none. */
export const partsOf = (text: string | undefined): readonly string[] => text?.split(',').filter(Boolean) ?? []

/** The list with this in it, or without it where it was; nothing for an empty one. */
export const toggled = (list: readonly string[], id: string): string | undefined =>
  (list.includes(id) ? list.filter((each) => each !== id) : [...list, id]).join(',') || undefined
