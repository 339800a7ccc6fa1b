import type { TrackingStores } from '@regia/core'
import type { App } from '../../http/app.ts'
import { loggedModelEndpoints } from './logged-models/logged-model-endpoints.ts'
import { searchLoggedModels } from './logged-models/logged-model-search.ts'
import { addOddAddress, addVersionRoute, serverInfo } from './server-endpoints.ts'
import { experimentEndpoints } from './tracking/experiment-endpoints.ts'
import { inputEndpoints, searchDatasets } from './tracking/input-endpoints.ts'
import { loggingEndpoints } from './tracking/logging-endpoints.ts'
import { metricEndpoints } from './tracking/metric-endpoints.ts'
import { runEndpoints } from './tracking/run-endpoints.ts'
import { searchRuns } from './tracking/search-endpoints.ts'
import { addEndpoints, addUnknownEndpoints } from './wire/index.ts'

/**
 * Speaks MLflow's REST protocol: everything of tracking and logged models, below `/api` and `/ajax-api`, and `/version`. What is not offered answers
 * `ENDPOINT_NOT_FOUND`, at which clients go on.
 */
export function addMlflowRoutes(app: App, stores: TrackingStores): void {
  const { experiments, runs, search, metrics, loggedModels } = stores
  const datasets = searchDatasets(runs)
  addEndpoints(app, [
    ...experimentEndpoints(experiments),
    ...runEndpoints(runs),
    ...loggingEndpoints(runs),
    ...inputEndpoints(runs),
    searchRuns(search, runs),
    ...metricEndpoints(metrics),
    datasets,
    ...loggedModelEndpoints(loggedModels),
    searchLoggedModels(loggedModels),
    serverInfo,
  ])
  addOddAddress(app, datasets)
  addVersionRoute(app)
  addUnknownEndpoints(app)
}
