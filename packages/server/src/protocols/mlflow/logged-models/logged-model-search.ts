import { type LoggedModelOrder, type LoggedModels, TRACKING_LIMITS } from '@regia/core'
import { MLFLOW_LOGGED_MODEL_GRAMMAR } from '../tracking/grammars.ts'
import { assertExperimentId, inSearchWords } from '../tracking/words.ts'
import {
  checked,
  type Endpoint,
  endpoint,
  identifiers,
  int64,
  invalidParameter,
  invalidType,
  type JsonRecord,
  missingParameter,
  orAbsent,
  records,
  required,
  text,
  textOf,
} from '../wire/index.ts'
import { loggedModelToWire } from './logged-model-wire.ts'

const DEFAULT_PAGE = 50

export const searchLoggedModels = (models: LoggedModels): Endpoint =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/logged-models/search',
    fields: {
      experiment_ids: required(identifiers()),
      filter: text(),
      datasets: checked(records(readDataset), (list) => assertCount('datasets', list)),
      max_results: int64(),
      order_by: checked(records(readOrder), (list) => assertCount('order_by', list)),
      page_token: text(),
    },
    handle: async ({ experiment_ids, filter, datasets, max_results: most = 0, order_by, page_token }) => {
      if (most < 0) throw invalidType('max_results', most)
      const { items, nextCursor } = await inSearchWords(
        models.search({
          experimentIds: experiment_ids.map(assertExperimentId),
          filter,
          limit: Math.min(most || DEFAULT_PAGE, TRACKING_LIMITS.searchPage),
          cursor: page_token || undefined,
          grammar: MLFLOW_LOGGED_MODEL_GRAMMAR,
          ...(order_by && { orderBy: order_by }),
          ...(datasets && { datasets }),
        }),
      )
      return { models: orAbsent(items.map(loggedModelToWire)), next_page_token: nextCursor }
    },
  })

function assertCount(name: string, list: readonly unknown[]): void {
  const { orderFields } = TRACKING_LIMITS
  if (list.length > orderFields)
    throw invalidParameter(`'${name}' has ${list.length} items; at most ${orderFields} are taken.`)
}

function readDataset(item: JsonRecord, path: string): { readonly name: string; readonly digest?: string } {
  const name = textOf(item, 'dataset_name', path)
  if (name === '') throw invalidParameter('`dataset_name` in the `datasets` clause must be specified.')
  const digest = textOf(item, 'dataset_digest', path)
  return { name, ...(digest !== '' && { digest }) }
}

function readOrder(item: JsonRecord, path: string): LoggedModelOrder {
  const field = textOf(item, 'field_name', path)
  if (field === '') throw missingParameter(`${path}.field_name`)
  const { ascending = true } = item
  if (typeof ascending !== 'boolean') throw invalidType(`${path}.ascending`, ascending)
  const datasetName = textOf(item, 'dataset_name', path)
  const datasetDigest = textOf(item, 'dataset_digest', path)
  return {
    field,
    isDescending: !ascending,
    ...(datasetName !== '' && { datasetName }),
    ...(datasetDigest !== '' && { datasetDigest }),
  }
}
