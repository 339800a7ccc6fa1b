import type { Transaction } from 'kysely'
import type { Migration } from '../database/migrate.ts'

type Stored = { pipeline_version: { pipeline: string; version: number; graph: string } }
type StoredStep = { readonly when?: unknown }
type StoredGraph = { readonly steps: readonly StoredStep[] }

/** What runs were asked for, questions to people, and graphs as they are written since then. */
export const completeRuns: Migration = {
  name: 'pipelines-2',
  up: async (database) => {
    const { schema } = database
    await schema.alterTable('pipeline_version').addColumn('environment', 'text').execute()
    await schema.alterTable('run').addColumn('channel', 'text').execute()
    await schema.alterTable('run').addColumn('environment', 'text').execute()
    await schema.alterTable('run').addColumn('selection', 'text').execute()
    await schema
      .alterTable('run')
      .addColumn('on_failure', 'text', (column) => column.notNull().defaultTo('continue'))
      .execute()
    await schema
      .alterTable('run')
      .addColumn('refresh', 'text', (column) => column.notNull().defaultTo('[]'))
      .execute()
    await schema.alterTable('run').addColumn('recovered_from', 'text').execute()
    await schema.alterTable('step_run').addColumn('approval', 'text').execute()
    await schema.alterTable('step_run').addColumn('decide_by', 'bigint').execute()
    await schema.createIndex('step_run_decide_by').on('step_run').column('decide_by').execute()
    await completeGraphs(database)
  },
}

/** Graphs of before have none of what has a default now, and one reference instead of conditions. */
async function completeGraphs(database: Transaction<unknown>): Promise<void> {
  const versions = database.withTables<Stored>()
  const rows = await versions.selectFrom('pipeline_version').selectAll().execute()
  for (const { pipeline, version, graph } of rows) {
    await versions
      .updateTable('pipeline_version')
      .set({ graph: JSON.stringify(completeGraph(JSON.parse(graph))) })
      .where('pipeline', '=', pipeline)
      .where('version', '=', version)
      .execute()
  }
}

const completeGraph = (graph: StoredGraph) => ({
  onFailure: 'continue',
  catalog: {},
  ...graph,
  steps: graph.steps.map((step) => ({
    tags: [],
    infrastructureRetries: 5,
    backoff: { firstMs: 1_000, factor: 2, maximumMs: 60_000 },
    atMostOnce: false,
    env: {},
    secrets: [],
    ...step,
    when: conditionsOf(step.when),
  })),
})

const conditionsOf = (when: unknown): unknown => {
  if (Array.isArray(when)) return when
  return when === undefined ? [] : [{ ref: when, is: 'equal', value: true }]
}
