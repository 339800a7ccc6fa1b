import type { FilterAttribute, FilterGrammar } from '../tracking/index.ts'
import { packagingSchema, STAGES } from './model.ts'

const oneOf = (names: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(names.map((name) => [name, name]))

const times: readonly FilterAttribute[] = [
  { name: 'created', aliases: ['created_at', 'createdAt', 'creation_timestamp', 'timestamp'], type: 'time' },
  { name: 'updated', aliases: ['updated_at', 'updatedAt', 'last_updated_timestamp'], type: 'time' },
]

/** What may be asked of registered models, in Regia's words; MLflow's are understood beside them. */
export const MODEL_GRAMMAR: FilterGrammar = {
  subject: 'models',
  entities: ['tag'],
  hasNullTests: true,
  attributes: [
    { name: 'name', type: 'text' },
    { name: 'description', type: 'text', isSortable: false },
    /** Of its latest version; 0 where it has none. */
    { name: 'version', aliases: ['latest_version', 'latestVersion'], type: 'number' },
    ...times,
  ],
}

/** What may be asked of versions. */
export const VERSION_GRAMMAR: FilterGrammar = {
  subject: 'model versions',
  entities: ['tag'],
  hasNullTests: true,
  attributes: [
    { name: 'model', aliases: ['name'], type: 'text' },
    { name: 'version', aliases: ['version_number'], type: 'number' },
    { name: 'description', type: 'text', isSortable: false },
    { name: 'source', aliases: ['source_path'], type: 'text' },
    { name: 'run', aliases: ['run_id', 'runId'], type: 'text' },
    { name: 'stage', aliases: ['current_stage'], type: 'text', values: oneOf(STAGES) },
    { name: 'packaging', type: 'text', values: oneOf(packagingSchema.shape.status.options) },
    ...times,
  ],
}
