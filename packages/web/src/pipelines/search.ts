import { type GraphSearch, graphSearch } from '../graph/search.ts'
import { numberOf, oneOf, textOf } from '../kernel/search.ts'
import { STEP_TABS } from '../runs/search.ts'

export const PIPELINE_VIEWS = ['graph', 'versions', 'catalog'] as const
export type PipelineView = (typeof PIPELINE_VIEWS)[number]

export type PipelineSearch = GraphSearch & {
  readonly view?: PipelineView | undefined
  readonly version?: number | undefined
  readonly step?: string | undefined
  readonly tab?: (typeof STEP_TABS)[number] | undefined
  /** Two versions that are compared. */
  readonly before?: number | undefined
  readonly after?: number | undefined
  /** The catalog entry that is looked into. */
  readonly entry?: string | undefined
}
export const pipelineSearch = (search: Record<string, unknown>): PipelineSearch => ({
  ...graphSearch(search),
  view: oneOf(search, 'view', PIPELINE_VIEWS),
  version: numberOf(search, 'version'),
  step: textOf(search, 'step'),
  tab: oneOf(search, 'tab', STEP_TABS),
  before: numberOf(search, 'before'),
  after: numberOf(search, 'after'),
  entry: textOf(search, 'entry'),
})
