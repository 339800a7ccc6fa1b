import type { LineageGraph, PipelineGraph } from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'
import { describeNode, getNode } from './describe-node.ts'
import { indexRuns } from './index-runs.ts'
import { findNeighbours, type NeighbourSources, type ServingModels } from './neighbours.ts'
import { type NodeRef, type TraceLimits, trace } from './trace.ts'

export type LineageDeps = {
  readonly database: Database
  /** Which model versions endpoints serve now. */
  readonly served: () => Promise<readonly ServingModels[]>
}

/** What made a thing and what depends on it. */
export class LineageService {
  readonly #deps: LineageDeps
  #indexing: Promise<void> | undefined

  constructor(deps: LineageDeps) {
    this.#deps = deps
  }

  /** Looks at what has been made since; also done before each answer, so that this only spares the next one the work. */
  turn(): Promise<void> {
    this.#indexing ??= indexRuns(this.#deps.database).finally(() => {
      this.#indexing = undefined
    })
    return this.#indexing
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async trace(node: NodeRef, limits: TraceLimits): Promise<LineageGraph> {
    const { database, served } = this.#deps
    const root = await getNode(database, node)
    await this.turn()
    const sources: NeighbourSources = { connection: database, served: await served(), graphOf: graphReader(database) }
    return trace(
      root,
      {
        describe: (ref) => describeNode(database, ref),
        neighbours: async (ref, direction, limit) => {
          const refs = await findNeighbours(sources, ref, direction, limit + 1)
          return { refs: refs.slice(0, limit), hasMore: refs.length > limit }
        },
      },
      limits,
    )
  }
}

/** Graphs of runs; runs of one version share theirs. */
function graphReader(connection: Connection): NeighbourSources['graphOf'] {
  const kept = new Map<string, PipelineGraph>()
  return async (runId) => {
    const run = await connection
      .selectFrom('run')
      .select(['pipeline', 'pipeline_version as version'])
      .where('id', '=', runId)
      .executeTakeFirst()
    if (!run) return undefined
    const key = `${run.pipeline}@${run.version}`
    const known = kept.get(key)
    if (known) return known
    const { graph } = await connection
      .selectFrom('pipeline_version')
      .select('graph')
      .where('pipeline', '=', run.pipeline)
      .where('version', '=', run.version)
      .executeTakeFirstOrThrow()
    const decoded = decodeJson(graph)
    kept.set(key, decoded)
    return decoded
  }
}
