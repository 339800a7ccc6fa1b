import { digestOfJson, type GraphStep, type PipelineGraph, type PipelineVersion, RegiaError } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import { suggest } from '../http/near-names.ts'
import { orderGraph } from './order-graph.ts'

type VersionRow = Tables['pipeline_version']
export type NewVersion = Pick<PipelineVersion, 'graph' | 'bundleDigest' | 'projectDir'>

/** A version with its steps in running order. Immutable, so that it is decoded and ordered once. */
export type OrderedVersion = PipelineVersion & {
  readonly ordered: readonly GraphStep[]
  readonly stepsById: ReadonlyMap<string, GraphStep>
}

const MAX_KEPT_VERSIONS = 100

/** Immutable versions of pipelines. */
export class VersionStore {
  readonly #kept = new Map<string, OrderedVersion>()

  /** Keeps a version; one that equals the latest is the latest. */
  async deploy(
    connection: Connection,
    { graph, bundleDigest, projectDir }: NewVersion,
    now: string,
  ): Promise<{ readonly version: PipelineVersion; readonly isNew: boolean }> {
    const digest = digestOfJson({ graph, bundleDigest })
    const newest = await latestRow(connection, graph.name)
    // Another environment's version may be newer without taking this one's place.
    const latest = await latestRow(connection, graph.name, graph.environment ?? null)
    if (latest?.digest === digest) {
      if (latest.project_dir !== projectDir) await this.#moveProject(connection, latest, projectDir)
      return { version: { ...versionOf(latest), projectDir }, isNew: false }
    }
    const row: VersionRow = {
      pipeline: graph.name,
      version: (newest?.version ?? 0) + 1,
      digest,
      bundle_digest: bundleDigest,
      graph: encodeJson(graph),
      project_dir: projectDir,
      created_at: now,
      environment: graph.environment ?? null,
    }
    await connection.insertInto('pipeline_version').values(row).execute()
    return { version: versionOf(row), isNew: true }
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async get(connection: Connection, pipeline: string, version?: number): Promise<OrderedVersion> {
    const kept = version !== undefined && this.#kept.get(`${pipeline}@${version}`)
    if (kept) return kept
    const row = await (version === undefined
      ? latestRow(connection, pipeline)
      : connection
          .selectFrom('pipeline_version')
          .selectAll()
          .where('pipeline', '=', pipeline)
          .where('version', '=', version)
          .executeTakeFirst())
    if (row === undefined) throw await notFound(connection, pipeline, version)
    return this.#kept.get(`${pipeline}@${row.version}`) ?? this.#keep(versionOf(row))
  }

  /** The latest version that was deployed for an environment. @throws RegiaError `NOT_FOUND`. */
  async getOfEnvironment(connection: Connection, pipeline: string, environment: string): Promise<OrderedVersion> {
    const row = await latestRow(connection, pipeline, environment)
    if (row) return this.get(connection, pipeline, row.version)
    const { version } = await this.get(connection, pipeline)
    throw new RegiaError('NOT_FOUND', `Pipeline "${pipeline}" has no version for environment "${environment}".`, {
      hint: `Deploy it there: regia deploy ${pipeline} --env ${environment}. Its latest version is ${version}.`,
    })
  }

  /** The latest version of each pipeline, by name. */
  async listLatest(
    connection: Connection,
    limit: number,
    offset: number,
  ): Promise<{ readonly items: readonly PipelineVersion[]; readonly total: number }> {
    const latest = connection
      .selectFrom('pipeline_version')
      .select(['pipeline', ({ fn }) => fn.max('version').as('version')])
      .groupBy('pipeline')
    const rows = await latest.orderBy('pipeline').limit(limit).offset(offset).execute()
    const { total } = await connection
      .selectFrom(latest.as('latest'))
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow()
    return {
      items: await Promise.all(rows.map(({ pipeline, version }) => this.get(connection, pipeline, version))),
      total: Number(total),
    }
  }

  /** Newest first. */
  async listVersions(
    connection: Connection,
    pipeline: string,
    limit: number,
    offset: number,
  ): Promise<{ readonly items: readonly PipelineVersion[]; readonly total: number }> {
    const latest = await latestRow(connection, pipeline)
    if (!latest) throw await notFound(connection, pipeline, undefined)
    const rows = await connection
      .selectFrom('pipeline_version')
      .selectAll()
      .where('pipeline', '=', pipeline)
      .orderBy('version', 'desc')
      .limit(limit)
      .offset(offset)
      .execute()
    return { items: rows.map(versionOf), total: latest.version }
  }

  #keep(version: PipelineVersion): OrderedVersion {
    const stepsById = new Map(version.graph.steps.map((step) => [step.id, step]))
    const ordered = { ...version, ordered: orderGraph(version.graph), stepsById }
    if (this.#kept.size >= MAX_KEPT_VERSIONS) this.#kept.delete(this.#kept.keys().next().value ?? '')
    this.#kept.set(`${version.pipeline}@${version.version}`, ordered)
    return ordered
  }

  /** Where the project stands is no part of its content: a folder that moved takes its version along. */
  async #moveProject(connection: Connection, { pipeline, version }: VersionRow, projectDir: string): Promise<void> {
    await connection
      .updateTable('pipeline_version')
      .set({ project_dir: projectDir })
      .where('pipeline', '=', pipeline)
      .where('version', '=', version)
      .execute()
    this.#kept.delete(`${pipeline}@${version}`)
  }
}

/** @param environment - Only versions deployed for it; `null` is the base. Any where absent. */
const latestRow = (
  connection: Connection,
  pipeline: string,
  environment?: string | null,
): Promise<VersionRow | undefined> =>
  connection
    .selectFrom('pipeline_version')
    .selectAll()
    .where('pipeline', '=', pipeline)
    .$if(environment === null, (select) => select.where('environment', 'is', null))
    .$if(typeof environment === 'string', (select) => select.where('environment', '=', environment ?? ''))
    .orderBy('version', 'desc')
    .limit(1)
    .executeTakeFirst()

const versionOf = (row: VersionRow): PipelineVersion => ({
  pipeline: row.pipeline,
  version: row.version,
  digest: row.digest,
  bundleDigest: row.bundle_digest,
  graph: decodeJson<PipelineGraph>(row.graph),
  projectDir: row.project_dir,
  createdAt: row.created_at,
})

async function notFound(connection: Connection, pipeline: string, version: number | undefined): Promise<RegiaError> {
  const rows = await connection.selectFrom('pipeline_version').select('pipeline').distinct().execute()
  const names = rows.map((row) => row.pipeline)
  if (version !== undefined && names.includes(pipeline)) {
    return new RegiaError('NOT_FOUND', `Pipeline "${pipeline}" has no version ${version}.`, {
      hint: `See what there is: regia pipelines versions ${pipeline}.`,
    })
  }
  const hint =
    names.length === 0 ? 'Run one of the project with "regia run NAME"; that deploys it.' : suggest(pipeline, names)
  return new RegiaError('NOT_FOUND', `There is no pipeline "${pipeline}".`, { hint })
}
