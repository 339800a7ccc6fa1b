import type { Artifact, Digest, GraphStep, StepStatus } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import { decodeJson } from '../../database/json-text.ts'
import type { RunWork } from '../run-work.ts'

/** Where results of elements may be taken from. */
export type ResultSource = {
  /** The run takes results from the cache, and this step may be cached. */
  readonly usesCache: boolean
  readonly cacheTtlMs: number | undefined
  /** The same mapped step of the run that this one recovers, and which of its elements may be taken over. */
  readonly recovered: Recovered | undefined
}

type Recovered = { readonly stepRunId: string; readonly statuses: readonly StepStatus[] }

export type KnownResult = {
  readonly outputs: Readonly<Record<string, Artifact>>
  readonly metrics: Readonly<Record<string, number>>
}

type Wanted = { readonly number: number; readonly key: Digest }

export async function resultSource(connection: Connection, work: RunWork, step: GraphStep): Promise<ResultSource> {
  const isRefreshed = work.refresh.has(step.id)
  return {
    usesCache: step.cache && work.useCache && !isRefreshed,
    cacheTtlMs: step.cacheTtlMs,
    recovered: await findRecoveredStep(connection, work.run.recovered_from, step.id, isRefreshed),
  }
}

async function findRecoveredStep(
  connection: Connection,
  runId: string | null,
  step: string,
  isRefreshed: boolean,
): Promise<Recovered | undefined> {
  if (runId === null) return undefined
  const row = await connection
    .selectFrom('step_run')
    .innerJoin('run', 'run.id', 'step_run.run_id')
    .select(['step_run.id', 'run.refresh'])
    .where('step_run.run_id', '=', runId)
    .where('step_run.step', '=', step)
    .executeTakeFirst()
  if (!row) return undefined
  if (!isRefreshed) return { stepRunId: row.id, statuses: ['succeeded', 'cached'] }
  // It was to be done afresh before too: what ran for that needs not run again, what came from the cache does.
  return decodeJson(row.refresh).includes(step) ? { stepRunId: row.id, statuses: ['succeeded'] } : undefined
}

/** Results of elements that need no attempt, by number: from the cache, or from the run that is recovered. */
export async function findKnownResults(
  connection: Connection,
  elements: readonly Wanted[],
  source: ResultSource,
  nowMs: number,
): Promise<ReadonlyMap<number, KnownResult>> {
  const cached = source.usesCache ? await findCached(connection, elements, source.cacheTtlMs, nowMs) : new Map()
  const recovered = source.recovered ? await findRecovered(connection, elements, source.recovered) : new Map()
  return new Map([...recovered, ...cached])
}

async function findCached(
  connection: Connection,
  elements: readonly Wanted[],
  cacheTtlMs: number | undefined,
  nowMs: number,
): Promise<ReadonlyMap<number, KnownResult>> {
  const rows = await connection
    .selectFrom('cache_entry')
    .select(['key', 'outputs', 'metrics', 'created_at'])
    .where('key', 'in', [...new Set(elements.map(({ key }) => key))])
    .execute()
  const isFresh = (createdAt: string) => cacheTtlMs === undefined || Date.parse(createdAt) + cacheTtlMs > nowMs
  const byKey = new Map<string, KnownResult>(
    rows
      .filter(({ created_at }) => isFresh(created_at))
      .map(({ key, outputs, metrics }) => [key, { outputs: decodeJson(outputs), metrics: decodeJson(metrics) }]),
  )
  return new Map(
    elements.flatMap(({ number, key }) => {
      const known = byKey.get(key)
      return known ? [[number, known] as const] : []
    }),
  )
}

/** What is not kept in the cache too: the run goes on where it was. */
async function findRecovered(
  connection: Connection,
  elements: readonly Wanted[],
  { stepRunId, statuses }: Recovered,
): Promise<ReadonlyMap<number, KnownResult>> {
  const rows = await connection
    .selectFrom('map_item')
    .select(['number', 'key', 'outputs', 'metrics'])
    .where('step_run_id', '=', stepRunId)
    .where('status', 'in', statuses)
    .where('number', '>=', elements[0]?.number ?? 0)
    .where('number', '<=', elements.at(-1)?.number ?? 0)
    .execute()
  const keys = new Map(elements.map(({ number, key }) => [number, key]))
  return new Map(
    rows
      .filter(({ number, key }) => keys.get(number) === key)
      .map(({ number, outputs, metrics }) => [number, { outputs: decodeJson(outputs), metrics: decodeJson(metrics) }]),
  )
}
