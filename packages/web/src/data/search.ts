import { numberOf, oneOf, textOf } from '../kernel/search.ts'

export const DATASET_TABS = ['profile', 'rows', 'quarantine', 'schema', 'versions'] as const
export type DatasetSearch = {
  readonly version?: number | undefined
  readonly tab?: (typeof DATASET_TABS)[number] | undefined
  /** The column whose profile is open. */
  readonly column?: string | undefined
}
export const datasetSearch = (search: Record<string, unknown>): DatasetSearch => ({
  version: numberOf(search, 'version'),
  tab: oneOf(search, 'tab', DATASET_TABS),
  column: textOf(search, 'column'),
})
