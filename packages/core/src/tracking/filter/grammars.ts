import { LIFECYCLES } from '../experiment.ts'
import { LOGGED_MODEL_STATUSES } from '../logged-model.ts'
import { RUN_SOURCES, TRACKED_STATUSES } from '../tracked-run.ts'
import type { FilterAttribute, FilterGrammar } from './clause.ts'

const oneOf = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, name]))

const created: FilterAttribute = {
  name: 'created',
  aliases: ['created_at', 'createdAt', 'creation_time', 'creation_timestamp'],
  type: 'time',
}
const updated: FilterAttribute = {
  name: 'updated',
  aliases: ['updated_at', 'updatedAt', 'last_update_time', 'last_updated_time', 'last_updated_timestamp'],
  type: 'time',
}

/**
 * What may be asked of runs, in Regia's words; MLflow's names are understood beside them. A grammar of a foreign protocol has the same attribute
 * names with aliases of its own, fewer of them, and its own words for `values`: the names are what the store knows.
 */
export const RUN_GRAMMAR: FilterGrammar = {
  subject: 'runs',
  entities: ['metric', 'param', 'tag', 'dataset'],
  hasNullTests: true,
  attributes: [
    { name: 'id', aliases: ['run_id', 'runId', 'run_uuid'], type: 'text' },
    { name: 'name', aliases: ['run_name', 'runName', 'run name', 'Run name', 'Run Name'], type: 'text' },
    { name: 'status', type: 'text', values: oneOf(TRACKED_STATUSES) },
    { name: 'user', aliases: ['user_id', 'userId'], type: 'text' },
    { name: 'source', type: 'text', values: oneOf(RUN_SOURCES) },
    { name: 'experiment', aliases: ['experiment_id', 'experimentId'], type: 'text' },
    { name: 'parent', aliases: ['parent_id', 'parentId'], type: 'text' },
    { name: 'lifecycle', aliases: ['lifecycle_stage'], type: 'text', values: oneOf(LIFECYCLES), isSortable: false },
    { name: 'artifacts', aliases: ['artifact_uri', 'artifactUri'], type: 'text' },
    { name: 'note', type: 'text', isSortable: false },
    { name: 'started', aliases: ['start_time', 'startedAt', 'created', 'Created'], type: 'time' },
    { name: 'finished', aliases: ['end_time', 'finishedAt'], type: 'time' },
    /** Milliseconds, of a run that has ended. */
    { name: 'duration', type: 'number' },
    updated,
  ],
  datasetFields: [
    { name: 'name', type: 'text' },
    { name: 'digest', type: 'text' },
    { name: 'context', type: 'text' },
  ],
}

/** What may be asked of experiments. */
export const EXPERIMENT_GRAMMAR: FilterGrammar = {
  subject: 'experiments',
  entities: ['tag'],
  attributes: [
    { name: 'id', aliases: ['experiment_id', 'experimentId'], type: 'text' },
    { name: 'name', aliases: ['experiment_name'], type: 'text' },
    { name: 'note', type: 'text', isSortable: false },
    created,
    updated,
  ],
}

/** What may be asked of models that runs logged. */
export const LOGGED_MODEL_GRAMMAR: FilterGrammar = {
  subject: 'logged models',
  entities: ['metric', 'param', 'tag'],
  attributes: [
    { name: 'id', aliases: ['model_id', 'modelId'], type: 'text' },
    { name: 'name', aliases: ['model_name'], type: 'text' },
    { name: 'type', aliases: ['model_type', 'modelType'], type: 'text' },
    { name: 'status', type: 'text', values: oneOf(LOGGED_MODEL_STATUSES) },
    { name: 'run', aliases: ['source_run_id', 'sourceRunId', 'run_id'], type: 'text' },
    { name: 'experiment', aliases: ['experiment_id', 'experimentId'], type: 'text' },
    { name: 'artifacts', aliases: ['artifact_uri', 'artifactUri'], type: 'text' },
    created,
    updated,
  ],
}
