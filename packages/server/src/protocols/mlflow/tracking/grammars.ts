import type { FilterAttribute, FilterGrammar, FilterOperator } from '@regia/core'
import { NAME_TAG, NOTE_TAG, PARENT_TAG, STATUS_TO_WIRE } from './vocabulary.ts'

/** What the protocol's filters and orders may ask about: its names for what the store knows. */

const TEXT: readonly FilterOperator[] = ['=', '!=', 'LIKE', 'ILIKE']
const TEXT_AND_NULL: readonly FilterOperator[] = [...TEXT, 'IS NULL', 'IS NOT NULL']

const isTag = (attribute: FilterAttribute): FilterAttribute => ({ ...attribute, operators: TEXT_AND_NULL })

export const MLFLOW_RUN_GRAMMAR: FilterGrammar = {
  subject: 'runs',
  namesByAlias: true,
  entities: ['metric', 'param', 'tag', 'dataset'],
  hasNullTests: true,
  attributes: [
    { name: 'id', aliases: ['run_id'], type: 'text' },
    { name: 'name', aliases: ['run_name', 'run name', 'Run name', 'Run Name'], type: 'text', operators: TEXT },
    { name: 'status', type: 'text', operators: TEXT, values: STATUS_TO_WIRE },
    { name: 'user', aliases: ['user_id'], type: 'text', operators: TEXT },
    { name: 'artifacts', aliases: ['artifact_uri'], type: 'text', operators: TEXT },
    { name: 'started', aliases: ['start_time', 'created', 'Created'], type: 'number' },
    { name: 'finished', aliases: ['end_time'], type: 'number' },
    isTag({ name: 'parent', type: 'text' }),
    isTag({ name: 'note', type: 'text' }),
  ],
  datasetFields: [
    { name: 'name', type: 'text' },
    { name: 'digest', type: 'text' },
    { name: 'context', type: 'text' },
  ],
  tagAttributes: new Map([
    [NAME_TAG, 'name'],
    [PARENT_TAG, 'parent'],
    [NOTE_TAG, 'note'],
  ]),
}

export const MLFLOW_EXPERIMENT_GRAMMAR: FilterGrammar = {
  subject: 'experiments',
  namesByAlias: true,
  entities: ['tag'],
  hasNullTests: true,
  attributes: [
    { name: 'id', aliases: ['experiment_id'], type: 'text' },
    { name: 'name', type: 'text', operators: TEXT },
    { name: 'created', aliases: ['creation_time'], type: 'number' },
    { name: 'updated', aliases: ['last_update_time'], type: 'number' },
    isTag({ name: 'note', type: 'text' }),
  ],
  tagAttributes: new Map([[NOTE_TAG, 'note']]),
}

export const MLFLOW_LOGGED_MODEL_GRAMMAR: FilterGrammar = {
  subject: 'logged models',
  namesByAlias: true,
  entities: ['metric', 'param', 'tag'],
  attributes: [
    { name: 'id', aliases: ['model_id'], type: 'text' },
    { name: 'name', type: 'text' },
    { name: 'type', aliases: ['model_type'], type: 'text' },
    {
      name: 'status',
      type: 'text',
      values: { ready: 'READY', pending: 'PENDING', failed: 'FAILED' },
    },
    { name: 'run', aliases: ['source_run_id'], type: 'text' },
    { name: 'experiment', aliases: ['experiment_id'], type: 'text' },
    { name: 'artifacts', aliases: ['artifact_uri', 'artifact_location'], type: 'text' },
    {
      name: 'created',
      aliases: ['creation_timestamp', 'creation_timestamp_ms', 'creation_time', 'created_time'],
      type: 'number',
    },
    {
      name: 'updated',
      aliases: ['last_updated_timestamp', 'last_updated_timestamp_ms', 'last_updated_time'],
      type: 'number',
    },
  ],
}
