import type { NewRun, RunBatch, RunChange, RunInputs, RunRecord, Runs, RunWithInputs } from '@regia/core'
import { sql, type Updateable } from 'kysely'
import type { Tables } from '../database/database.ts'
import { readTogether } from '../database/read-together.ts'
import { getActiveRun, getRun } from './find-run.ts'
import { assertNewRun, insertRun } from './new-run.ts'
import { readRun } from './read-run.ts'
import { assertBatch, writeBatch } from './run-batch.ts'
import { readDatasets, readInputs } from './run-inputs.ts'
import { makeRunName } from './run-names.ts'
import type { TrackingDeps } from './tracking-deps.ts'

type RunSet = Updateable<Tables['tracked_run']>

const NO_INPUTS: RunInputs = { datasets: [], modelInputs: [], modelOutputs: [] }

/** Runs that were logged, kept in the database. */
export class RunService implements Runs {
  readonly #deps: TrackingDeps

  constructor(deps: TrackingDeps) {
    this.#deps = deps
  }

  async create(run: NewRun): Promise<RunRecord> {
    const { commits, keys, clock, rng, newHexId, publish } = this.#deps
    assertNewRun(run, keys)
    const named = { ...run, id: run.id ?? newHexId(), name: run.name || makeRunName(rng) }
    const { record, isNew, ids } = await commits.run((transaction) => insertRun(transaction, named, keys, clock()))
    keys.remember(ids)
    if (isNew) publish('trackedRun', record.id)
    return record
  }

  async get(id: string): Promise<RunWithInputs> {
    return readTogether(this.#deps.database, async (connection) => {
      const run = await getRun(connection, id)
      const inputs = await readInputs(connection, [id])
      return { ...(await readRun(connection, run)), ...(inputs.get(id) ?? NO_INPUTS) }
    })
  }

  update(id: string, change: RunChange): Promise<RunRecord> {
    return this.#set(id, { isActive: true }, setOf(change))
  }

  async log(id: string, batch: RunBatch): Promise<void> {
    const { commits, keys, clock, publish } = this.#deps
    assertBatch(batch, keys)
    keys.remember(await commits.run((transaction) => writeBatch(transaction, id, batch, keys, clock())))
    publish('trackedRun', id)
  }

  async deleteTag(id: string, key: string): Promise<boolean> {
    const { commits, publish } = this.#deps
    const wasThere = await commits.run(async (transaction) => {
      const run = await getActiveRun(transaction, id)
      const { numDeletedRows } = await transaction
        .deleteFrom('run_tag')
        .where('run_seq', '=', run.seq)
        .where('key_id', '=', ({ selectFrom }) => selectFrom('tracking_key').select('id').where('name', '=', key))
        .executeTakeFirst()
      return numDeletedRows > 0n
    })
    if (wasThere) publish('trackedRun', id)
    return wasThere
  }

  /** One that is deleted keeps the time at which that was. */
  delete(id: string): Promise<RunRecord> {
    return this.#set(id, { isActive: false }, ({ deleted_ms }) => ({ deleted_ms: deleted_ms ?? this.#deps.clock() }))
  }

  restore(id: string): Promise<RunRecord> {
    return this.#set(id, { isActive: false }, () => ({ deleted_ms: null }))
  }

  /** How many runs, deleted ones left out, name it their parent. */
  async countChildren(id: string): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*) as count from tracked_run where parent_id = ${id} and deleted_ms is null
    `.execute(this.#deps.database)
    return rows[0]?.count ?? 0
  }

  inputsOf(ids: readonly string[]): Promise<ReadonlyMap<string, RunInputs>> {
    return readTogether(this.#deps.database, (connection) => readInputs(connection, ids))
  }

  datasetsOf(experimentIds: readonly string[], limit: number): ReturnType<Runs['datasetsOf']> {
    return readDatasets(this.#deps.database, experimentIds, limit)
  }

  async #set(
    id: string,
    { isActive }: { readonly isActive: boolean },
    change: (run: { readonly deleted_ms: number | null }) => RunSet,
  ): Promise<RunRecord> {
    const { commits, clock, publish } = this.#deps
    const record = await commits.run(async (transaction) => {
      const run = await (isActive ? getActiveRun : getRun)(transaction, id)
      const set = { ...change(run), updated_ms: clock() }
      await transaction.updateTable('tracked_run').set(set).where('seq', '=', run.seq).execute()
      return readRun(transaction, await getRun(transaction, id))
    })
    publish('trackedRun', id)
    return record
  }
}

const setOf =
  ({ name, status, startMs, endMs, parentId, note, user }: RunChange) =>
  (): RunSet => ({
    ...(name !== undefined && name !== '' && { name }),
    ...(status !== undefined && { status }),
    ...(startMs !== undefined && { start_ms: startMs }),
    ...(endMs !== undefined && { end_ms: endMs }),
    ...(parentId !== undefined && { parent_id: parentId }),
    ...(note !== undefined && { note }),
    ...(user !== undefined && { user_name: user }),
  })
