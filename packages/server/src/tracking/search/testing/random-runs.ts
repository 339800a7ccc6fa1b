import type { Rng } from '@regia/core'
import type { Database } from '../../../database/database.ts'
import { KeyIds } from '../../key-ids.ts'

/** A run as a test knows it, apart from the database. */
export type KnownRun = {
  readonly id: string
  readonly experimentId: number
  readonly name: string
  readonly status: 'running' | 'succeeded' | 'failed'
  readonly user: string | null
  readonly startMs: number | null
  readonly endMs: number | null
  readonly parentId: string | null
  readonly isDeleted: boolean
  readonly metrics: ReadonlyMap<string, number>
  readonly params: ReadonlyMap<string, string>
  readonly tags: ReadonlyMap<string, string>
  readonly datasets: readonly { readonly name: string; readonly digest: string; readonly context: string | null }[]
}

export const EXPERIMENTS = [11, 12, 13]
export const METRICS = ['loss', 'train/acc', 'größe x', 'epochs']
export const PARAMS = ['depth', 'lr rate', 'model']
export const TAGS = ['team', 'mlflow.user', 'note"s']
export const TEXTS = [
  'a',
  'A',
  'ab',
  'aB_%',
  '%',
  '_',
  '',
  '10',
  '9',
  'é',
  'É',
  '漢字',
  '🙂',
  '\uFFFD',
  "it's",
  '[a-c]*?',
  'x"y',
  '\\',
]
const NUMBERS = [0, -0, 1, 1, 2, -1.5, 1e-9, 1e300, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]

export const pick = <T>(rng: Rng, items: readonly T[]): T => {
  const item = items[rng.integer(items.length)]
  if (item === undefined) throw new Error('unreachable: nothing to pick from')
  return item
}

const oneIn = (rng: Rng, count: number): boolean => rng.integer(count) === 0

/** Some of the keys with values: many ties, some keys missing. */
function someOf<T>(rng: Rng, keys: readonly string[], make: () => T): ReadonlyMap<string, T> {
  return new Map(keys.filter(() => !oneIn(rng, 4)).map((key) => [key, make()]))
}

export function randomRun(rng: Rng, i: number): KnownRun {
  const startMs = oneIn(rng, 12) ? null : 1_000 * rng.integer(40)
  return {
    id: `${pick(rng, ['a', 'B', 'run_'])}${rng.integer(1e6)}x${i}`,
    experimentId: pick(rng, EXPERIMENTS),
    name: pick(rng, TEXTS) || 'n',
    status: pick(rng, ['running', 'succeeded', 'failed'] as const),
    user: oneIn(rng, 4) ? null : pick(rng, TEXTS),
    startMs,
    endMs: oneIn(rng, 3) ? null : (startMs ?? 0) + 1_000 * rng.integer(20),
    parentId: oneIn(rng, 2) ? null : pick(rng, ['p1', 'p2']),
    isDeleted: oneIn(rng, 8),
    metrics: someOf(rng, METRICS, () => (oneIn(rng, 3) ? rng.normal() : pick(rng, NUMBERS))),
    params: someOf(rng, PARAMS, () => pick(rng, TEXTS)),
    tags: someOf(rng, TAGS, () => pick(rng, TEXTS)),
    datasets: Array.from({ length: rng.integer(3) }, (_, n) => ({
      name: pick(rng, ['train', 'test']),
      digest: `d${n}${rng.integer(3)}`,
      context: oneIn(rng, 3) ? null : pick(rng, ['eval', 'training']),
    })),
  }
}

/** Writes runs as the stores do. */
export async function insertRuns(database: Database, runs: readonly KnownRun[]): Promise<void> {
  await database.transaction().execute(async (transaction) => {
    const keys = await new KeyIds().ensure(transaction, [...METRICS, ...PARAMS, ...TAGS])
    const keyId = (name: string): number => keys.get(name) ?? -1
    for (const run of runs) {
      const { seq } = await transaction
        .insertInto('tracked_run')
        .values({
          id: run.id,
          experiment_id: run.experimentId,
          name: run.name,
          status: run.status,
          source: 'mlflow',
          user_name: run.user,
          start_ms: run.startMs,
          end_ms: run.endMs,
          parent_id: run.parentId,
          note: null,
          origin: null,
          updated_ms: 0,
          deleted_ms: run.isDeleted ? 1 : null,
        })
        .returning('seq')
        .executeTakeFirstOrThrow()
      const base = { run_seq: seq, experiment_id: run.experimentId }
      for (const [key, value] of run.metrics) {
        const number = { value: Number.isNaN(value) ? 0 : value, is_nan: Number.isNaN(value) ? 1 : 0 }
        await transaction
          .insertInto('latest_metric')
          .values({ ...base, key_id: keyId(key), ...number, step: 0, at_ms: 0 })
          .execute()
      }
      for (const [key, value] of run.params) {
        await transaction
          .insertInto('run_param')
          .values({ ...base, key_id: keyId(key), value })
          .execute()
      }
      for (const [key, value] of run.tags) {
        await transaction
          .insertInto('run_tag')
          .values({ ...base, key_id: keyId(key), value })
          .execute()
      }
      for (const { name, digest, context } of run.datasets) {
        const dataset = {
          experiment_id: run.experimentId,
          name,
          digest,
          source_type: '',
          source: '',
          schema: null,
          profile: null,
        }
        await transaction
          .insertInto('tracked_dataset')
          .values(dataset)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        const { id } = await transaction
          .selectFrom('tracked_dataset')
          .select('id')
          .where('experiment_id', '=', run.experimentId)
          .where('name', '=', name)
          .where('digest', '=', digest)
          .executeTakeFirstOrThrow()
        const input = { run_seq: seq, dataset_id: id, context, tags: '{}' }
        await transaction
          .insertInto('run_input')
          .values(input)
          .onConflict((conflict) => conflict.doNothing())
          .execute()
      }
    }
  })
}

export async function insertExperiments(database: Database): Promise<void> {
  for (const id of EXPERIMENTS) {
    const artifact_root = id === 13 ? 's3://bucket/root?region=x' : `mlflow-artifacts:/${id}`
    const times = { created_ms: 0, updated_ms: 0, deleted_ms: null }
    await database
      .insertInto('experiment')
      .values({ id, name: `e${id}`, artifact_root, note: null, ...times })
      .execute()
  }
}
