import type { Runs, TrackedDataset } from '@regia/core'
import {
  checked,
  decodeInt64,
  type Endpoint,
  endpoint,
  exceedsLength,
  type Field,
  identifiers,
  invalidParameter,
  invalidType,
  isRecord,
  type JsonRecord,
  keyValues,
  missingParameter,
  records,
  required,
  text,
  textOf,
  UNREADABLE,
} from '../wire/index.ts'
import { appendModel } from './model-history.ts'
import { runId } from './run-endpoints.ts'
import { CONTEXT_TAG } from './vocabulary.ts'
import { assertExperimentId, inRunWords } from './words.ts'

const SUMMARIES = 1_000
const EXPERIMENTS = 20
const ITEMS = 1_000

/** Each is a row or two of its own. */
const few = <T>(field: Field<readonly T[], false>): Field<readonly T[], false> =>
  checked(field, ({ length }) => {
    if (length > ITEMS)
      throw invalidParameter(`A request can contain at most ${ITEMS} datasets or models. Got ${length}.`)
  })

/** What runs read and made. */
export const inputEndpoints = (runs: Runs): readonly Endpoint[] => [
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/log-inputs',
    fields: { run_id: runId(), datasets: few(records(readDataset)), models: few(records(readModelId)) },
    handle: async ({ run_id, datasets = [], models: modelInputs = [] }) => {
      await inRunWords(run_id, runs.log(run_id, { datasets, modelInputs }))
      return undefined
    },
  }),
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/outputs',
    fields: { run_id: runId(), models: required(few(records(readOutput))) },
    handle: async ({ run_id, models: modelOutputs }) => {
      await inRunWords(run_id, runs.log(run_id, { modelOutputs }))
      return undefined
    },
  }),
  endpoint({
    verb: 'POST',
    path: '/mlflow/runs/log-model',
    fields: { run_id: runId(), model_json: required(text()) },
    handle: async ({ run_id, model_json }) => {
      await inRunWords(run_id, appendModel(runs, run_id, model_json))
      return undefined
    },
  }),
]

/** Its path has no slash in front, so that clients ask for it at the odd address; see where it is registered. */
export const searchDatasets = (runs: Runs): Endpoint =>
  endpoint({
    verb: 'POST',
    path: '/mlflow/experiments/search-datasets',
    fields: { experiment_ids: identifiers() },
    handle: async ({ experiment_ids: ids = [] }) => {
      if (ids.length === 0) throw invalidParameter('SearchDatasets request must specify at least one experiment_id.')
      if (ids.length > EXPERIMENTS) {
        throw invalidParameter(
          `SearchDatasets request cannot specify more than ${EXPERIMENTS} experiment_ids. Received ${ids.length} experiment_ids.`,
        )
      }
      const found = await runs.datasetsOf(ids.map(assertExperimentId), SUMMARIES)
      const summaries = found.map(({ experimentId: experiment_id, name, digest, context }) => ({
        ...{ experiment_id, name, digest, context },
      }))
      return { dataset_summaries: summaries.length > 0 ? summaries : undefined }
    },
  })

const LENGTHS = { name: 500, digest: 36, source: 65_535, schema: 1_048_575, profile: 16_777_215 } as const
const TAG_LENGTHS = { key: 255, value: 500 } as const

function readDataset(item: JsonRecord, path: string): TrackedDataset {
  const dataset = item.dataset
  if (!isRecord(dataset)) throw missingParameter(`${path}.dataset`)
  for (const [name, most] of Object.entries(LENGTHS)) {
    if (textOf(dataset, name, `${path}.dataset`).length > most) throw exceedsLength(name, most)
  }
  const { context, tags } = readTags(item, path)
  const optional = (name: 'schema' | 'profile') =>
    typeof dataset[name] === 'string' ? { [name]: dataset[name] } : undefined
  return {
    name: needed(dataset, 'name', path),
    digest: needed(dataset, 'digest', path),
    sourceType: textOf(dataset, 'source_type', path),
    source: textOf(dataset, 'source', path),
    ...optional('schema'),
    ...optional('profile'),
    ...(context !== undefined && { context }),
    tags,
  }
}

function needed(dataset: JsonRecord, name: string, path: string): string {
  const value = textOf(dataset, name, `${path}.dataset`)
  if (value === '') throw missingParameter(`${path}.dataset.${name}`)
  return value
}

function readTags(item: JsonRecord, path: string) {
  const list =
    item.tags === undefined || item.tags === null ? [] : keyValues('required').decode(item.tags, `${path}.tags`)
  if (list === UNREADABLE) throw invalidType(`${path}.tags`, item.tags)
  for (const { key, value } of list) {
    if (key.length > TAG_LENGTHS.key) throw exceedsLength('key', TAG_LENGTHS.key)
    if (value.length > TAG_LENGTHS.value) throw exceedsLength('value', TAG_LENGTHS.value)
  }
  const { [CONTEXT_TAG]: context, ...tags } = Object.fromEntries(list.map(({ key, value }) => [key, value]))
  return { context, tags }
}

function readModelId(item: JsonRecord, path: string): string {
  const id = textOf(item, 'model_id', path)
  if (id === '') throw missingParameter(`${path}.model_id`)
  return id
}

function readOutput(item: JsonRecord, path: string): { readonly modelId: string; readonly step: number } {
  const step = decodeInt64(item.step ?? 0)
  if (step === UNREADABLE) throw invalidType(`${path}.step`, item.step)
  return { modelId: readModelId(item, path), step }
}
