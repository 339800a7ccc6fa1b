import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createRng, type Rng } from '@regia/core'
import { createServer } from '@regia/server'
import SqliteDatabase, { type Database } from 'better-sqlite3'

// node benchmarks/tracking/seed.ts HOME [RUNS] [POINTS]: fills the database of a folder with runs, and gives one of them a long curve.

export type Seed = {
  /** The folder that keeps everything, `.regia` by custom; made where it is absent. Nobody may use it meanwhile. */
  readonly home: string
  readonly runs: number
  /** Of the metric `loss` of the last run; none where 0. */
  readonly points?: number
}

/** Where runs go, and which part of them: most lie in one experiment. */
const EXPERIMENTS = [
  { name: 'forests', share: 0.7 },
  { name: 'boosting', share: 0.15 },
  { name: 'linear', share: 0.1 },
  { name: 'sweep', share: 0.05 },
] as const
const FIRST_ID = 1_000
const FIRST_MS = Date.UTC(2026, 0, 1)
const BETWEEN_MS = 60_000
const STATUSES = ['succeeded', 'succeeded', 'succeeded', 'succeeded', 'failed', 'running', 'cancelled'] as const
const USERS = ['ada', 'grace', 'katherine', 'emmy', 'hedy'] as const
const MODELS = ['forest', 'boosting', 'linear'] as const

/** The run that has the long curve. */
export const longRunId = (runs: number): string => runId(runs - 1)

/** Equal seeds give equal databases. 5 params, 8 metrics and 5 tags a run; some metrics are NaN, infinite or not there. */
export async function seedTracking({ home, runs, points = 0 }: Seed): Promise<void> {
  mkdirSync(home, { recursive: true })
  const server = await createServer({ home, projectDir: home, roles: ['api'] })
  await server.close()
  const sqlite = new SqliteDatabase(join(home, 'regia.db'))
  try {
    sqlite.pragma('synchronous = OFF')
    sqlite.transaction(() => {
      const writer = writerOf(sqlite)
      const rng = createRng(4)
      let last = 0
      for (let i = 0; i < runs; i++) last = writeRun(writer, i, rng)
      writeCurve(writer, last, points, rng)
    })()
    sqlite.pragma('optimize')
    sqlite.pragma('wal_checkpoint(TRUNCATE)')
  } finally {
    sqlite.close()
  }
}

type Writer = ReturnType<typeof writerOf>

function writerOf(sqlite: Database) {
  const now = Date.UTC(2026, 10, 22)
  const experiment = sqlite.prepare(
    `insert or ignore into experiment (id, name, artifact_root, created_ms, updated_ms) values (?, ?, ?, ${now}, ${now})`,
  )
  for (const [i, { name }] of EXPERIMENTS.entries())
    experiment.run(FIRST_ID + i, name, `mlflow-artifacts:/${FIRST_ID + i}`)
  const addKey = sqlite.prepare('insert or ignore into tracking_key (name) values (?)')
  const findKey = sqlite.prepare<[string], number>('select id from tracking_key where name = ?').pluck()
  const keys = new Map<string, number>()
  const keyId = (name: string): number => {
    const known = keys.get(name)
    if (known !== undefined) return known
    addKey.run(name)
    const id = findKey.get(name) ?? 0
    keys.set(name, id)
    return id
  }
  return {
    keyId,
    run: sqlite.prepare(
      `insert into tracked_run (id, experiment_id, name, status, source, user_name, start_ms, end_ms, parent_id, updated_ms)
       values (?, ?, ?, ?, 'mlflow', ?, ?, ?, ?, ?)`,
    ),
    latest: sqlite.prepare(
      'insert or replace into latest_metric (run_seq, key_id, experiment_id, value, is_nan, step, at_ms) values (?, ?, ?, ?, ?, ?, ?)',
    ),
    point: sqlite.prepare(
      'insert or ignore into metric_point (run_seq, key_id, at_ms, step, value, is_nan) values (?, ?, ?, ?, ?, ?)',
    ),
    param: sqlite.prepare('insert into run_param (run_seq, key_id, experiment_id, value) values (?, ?, ?, ?)'),
    tag: sqlite.prepare('insert into run_tag (run_seq, key_id, experiment_id, value) values (?, ?, ?, ?)'),
  }
}

/** Answers the run's number in the tables. */
function writeRun(writer: Writer, i: number, rng: Rng): number {
  const experimentId = FIRST_ID + experimentAt(rng.next())
  const startMs = FIRST_MS + i * BETWEEN_MS + rng.integer(BETWEEN_MS)
  const status = pick(rng, STATUSES)
  const endMs = status === 'running' ? null : startMs + 1_000 + rng.integer(3_600_000)
  const parent = i % 10 === 0 ? null : rng.integer(4) === 0 ? runId(i - (i % 10)) : null
  const user = pick(rng, USERS)
  const name = `run-${i}`
  const inserted = writer.run.run(runId(i), experimentId, name, status, user, startMs, endMs, parent, endMs ?? startMs)
  const seq = Number(inserted.lastInsertRowid)
  for (const [key, value] of metricsOf(i, rng)) {
    const isNan = Number.isNaN(value) ? 1 : 0
    writer.latest.run(seq, writer.keyId(key), experimentId, isNan ? 0 : value, isNan, 0, startMs)
    writer.point.run(seq, writer.keyId(key), startMs, 0, isNan ? 0 : value, isNan)
  }
  for (const [key, value] of paramsOf(rng)) writer.param.run(seq, writer.keyId(key), experimentId, value)
  for (const [key, value] of tagsOf(i, rng, user)) writer.tag.run(seq, writer.keyId(key), experimentId, value)
  return seq
}

/** Precision and recall pull in opposite directions, as they do; the rest follows the loss more or less. */
function metricsOf(i: number, rng: Rng): readonly (readonly [string, number])[] {
  const loss = Math.abs(rng.normal())
  const precision = rng.next()
  const all: readonly (readonly [string, number])[] = [
    ['loss', i % 97 === 0 ? Number.NaN : i % 997 === 0 ? Number.POSITIVE_INFINITY : loss],
    ['val/loss', loss + 0.1 * rng.normal()],
    ['rmse', rng.next() * 10],
    ['r2', 1 - loss * rng.next()],
    ['precision', precision],
    ['recall', Math.max(0, 1 - precision + 0.05 * rng.normal())],
    ['epochs', 10 * (1 + rng.integer(5))],
    ['seconds', Math.exp(3 + rng.normal())],
  ]
  return all.filter((_, column) => column < 6 || rng.integer(20) !== 0)
}

const paramsOf = (rng: Rng): readonly (readonly [string, string])[] => [
  ['depth', String(1 + rng.integer(20))],
  ['trees', String(100 * (1 + rng.integer(10)))],
  ['learning_rate', rng.next().toPrecision(6)],
  ['seed', String(rng.integer(1_000_000))],
  ['model', pick(rng, MODELS)],
]

const tagsOf = (i: number, rng: Rng, user: string): readonly (readonly [string, string])[] => [
  ['mlflow.user', user],
  ['mlflow.source.name', `train_${rng.integer(50)}.py`],
  [
    'mlflow.source.git.commit',
    Math.floor(i / 500)
      .toString(16)
      .padStart(40, '0'),
  ],
  ['team', pick(rng, ['fraud', 'credit', 'delays'])],
  ['sweep', String(Math.floor(i / 250))],
]

function writeCurve(writer: Writer, seq: number, points: number, rng: Rng): void {
  const key = writer.keyId('loss')
  const startMs = FIRST_MS + seq * BETWEEN_MS
  for (let step = 0; step < points; step++) {
    const value = 2 * Math.exp(-step / (points / 5)) + 0.05 * rng.normal()
    writer.point.run(seq, key, startMs + step * 100, step + 1, value, 0)
  }
}

function experimentAt(position: number): number {
  let end = 0
  const found = EXPERIMENTS.findIndex(({ share }) => {
    end += share
    return position < end
  })
  return Math.max(0, found)
}

const runId = (i: number): string => (i + 1).toString(16).padStart(32, '0')

function pick<T>(rng: Rng, items: readonly T[]): T {
  const item = items[rng.integer(items.length)]
  if (item === undefined) throw new Error('unreachable: nothing to pick from')
  return item
}

if (import.meta.main) {
  const [home, runs = '100000', points = '0'] = process.argv.slice(2)
  if (home === undefined) {
    console.error('Which folder?\n\n  node benchmarks/tracking/seed.ts .regia 100000 1000000')
    process.exit(2)
  }
  const start = performance.now()
  await seedTracking({ home: resolve(home), runs: Number(runs), points: Number(points) })
  console.error(
    `${runs} runs and a curve of ${points} points in ${((performance.now() - start) / 1000).toFixed(1)} s: ${home}`,
  )
}
