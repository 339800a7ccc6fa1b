import { type RunSearch, type Runs, TRACKING_LIMITS } from '@regia/core'
import {
  checked,
  choice,
  type Endpoint,
  endpoint,
  identifiers,
  int64,
  invalidType,
  text,
  texts,
} from '../wire/index.ts'
import { assertPageSize } from './experiment-endpoints.ts'
import { MLFLOW_RUN_GRAMMAR } from './grammars.ts'
import { runToWire } from './run-wire.ts'
import { LIFECYCLE_OF_VIEW, VIEW_TYPES } from './vocabulary.ts'
import { assertExperimentId, inSearchWords } from './words.ts'

const DEFAULT_PAGE = 1_000

export const searchRuns = (search: RunSearch, runs: Runs): Endpoint =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/search',
    fields: {
      experiment_ids: identifiers(),
      filter: text(),
      max_results: checked(int64(), assertPage),
      order_by: texts(),
      run_view_type: choice(VIEW_TYPES),
      page_token: text(),
    },
    handle: async ({ experiment_ids = [], max_results: limit = DEFAULT_PAGE, ...rest }) => {
      const experimentIds = experiment_ids.map(assertExperimentId)
      const { items, nextCursor } = await inSearchWords(
        search.search({
          experimentIds,
          limit,
          lifecycle: LIFECYCLE_OF_VIEW[rest.run_view_type ?? 'ACTIVE_ONLY'],
          filter: rest.filter,
          orderBy: rest.order_by,
          cursor: rest.page_token || undefined,
          grammar: MLFLOW_RUN_GRAMMAR,
        }),
      )
      if (items.length === 0) return undefined
      const inputs = await runs.inputsOf(items.map(({ id }) => id))
      return { runs: items.map((run) => runToWire(run, inputs.get(run.id))), next_page_token: nextCursor }
    },
  })

function assertPage(size: number): void {
  if (size > TRACKING_LIMITS.searchPage) throw invalidType('max_results', size)
  assertPageSize(size)
}
