import {
  backfillItemSchema,
  backfillSchema,
  catalogItemSchema,
  lineageGraphSchema,
  mapItemSchema,
  notificationSchema,
  notifierSchema,
  pageSchema,
  scheduleFiringSchema,
  scheduleSchema,
  versionDiffSchema,
} from '@regia/core'
import * as data from './data-fixtures.ts'
import * as pipelines from './pipeline-fixtures.ts'
import { DAY, iso } from './random.ts'
import { few, page, type Route, type State } from './route.ts'
import * as runs from './run-fixtures.ts'

/** Channels, catalogs, schedules, back-fills, notifiers, lineage, elements and files. */
export const PIPELINE_ROUTES: readonly Route[] = [
  [/^pipelines\/([^/]+)\/channels$/, (_, [name = '']) => ({ body: { channels: pipelines.channels(name) } })],
  [
    /^pipelines\/([^/]+)\/channel-moves$/,
    (_, [name = ''], query) => ({ body: page((i) => pipelines.moves(name)[i], 2, query) }),
  ],
  [
    /^pipelines\/([^/]+)\/diff$/,
    (_, [name = ''], query) => ({
      body: pipelines.diff(name, Number(query.get('before')), Number(query.get('after'))),
      schema: versionDiffSchema,
    }),
  ],
  [
    /^pipelines\/[^/]+\/catalog$/,
    () => ({ body: { entries: pipelines.catalog.map((each) => catalogItemSchema.parse(each)) } }),
  ],
  [
    /^pipelines\/[^/]+\/catalog\/[^/]+\/preview$/,
    () => ({ body: { rows: Array.from({ length: 20 }, (_, i) => data.dataRow(i, false)), rowCount: 3411 } }),
  ],
  [
    /^schedules$/,
    (state, _, query) => ({
      body: page((i) => pipelines.schedules[i], few(state, pipelines.schedules.length), query),
      schema: pageSchema(scheduleSchema),
    }),
  ],
  [
    /^schedules\/[^/]+\/firings$/,
    (_, __, query) => ({ body: page(pipelines.firing, 12, query), schema: pageSchema(scheduleFiringSchema) }),
  ],
  [
    /^schedule-times$/,
    (_, __, query) => ({
      body: {
        times: Array.from({ length: Number(query.get('count') ?? 5) }, (_, i) => iso(Date.now() + (i + 1) * DAY)),
      },
    }),
  ],
  [
    /^backfills$/,
    (state, _, query) => ({
      body: page((i) => pipelines.backfills[i], few(state, 2), query),
      schema: pageSchema(backfillSchema),
    }),
  ],
  [
    /^backfills\/[^/]+\/items$/,
    (_, __, query) => ({ body: page(pipelines.backfillItem, 59, query), schema: pageSchema(backfillItemSchema) }),
  ],
  [
    /^notifiers$/,
    (state, _, query) => ({
      body: page((i) => pipelines.notifiers[i], few(state, 2), query),
      schema: pageSchema(notifierSchema),
    }),
  ],
  [
    /^notifications$/,
    (state, _, query) => ({
      body: page(pipelines.notification, few(state, 30), query),
      schema: pageSchema(notificationSchema),
    }),
  ],
  [
    /^lineage$/,
    (_, __, query) => ({
      body: pipelines.lineage(query.get('kind') ?? '', query.get('ref') ?? ''),
      schema: lineageGraphSchema,
    }),
  ],
  [
    /^runs\/[^/]+\/steps\/[^/]+\/items$/,
    (state, _, query) => ({ body: mapItems(state, query), schema: pageSchema(mapItemSchema) }),
  ],
  [/^runs\/[^/]+\/steps\/[^/]+\/outputs\/[^/]+\/files$/, () => ({ body: { files: pipelines.files } })],
]

function mapItems(state: State, query: URLSearchParams) {
  const status = query.get('status')
  const all = Array.from({ length: state.rows }, (_, i) => i)
  const found = status ? all.filter((i) => runs.mapItem(i).status === status) : all
  return page((i) => runs.mapItem(found[i] ?? 0), found.length, query)
}
