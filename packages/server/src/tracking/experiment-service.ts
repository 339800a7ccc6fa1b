import type { ExperimentRecord, Experiments, Found, Page } from '@regia/core'
import type { Transaction } from 'kysely'
import type { Tables } from '../database/database.ts'
import { readTogether } from '../database/read-together.ts'
import { assertActive, assertNote, notFound } from './experiment-faults.ts'
import { type ExperimentListQuery, type ListedExperiment, listExperiments } from './experiment-list.ts'
import type { ExperimentRow } from './experiment-record.ts'
import { searchExperiments } from './experiment-search.ts'
import {
  assertNameFree,
  defaultRoot,
  findNamed,
  getRow,
  insertExperiment,
  ownMoment,
  recordOf,
} from './experiment-store.ts'
import { changeExperimentTags, deleteExperimentTag } from './experiment-tags.ts'
import type { TrackingDeps } from './tracking-deps.ts'

const DEFAULT_NAME = 'Default'

type Tx = Transaction<Tables>

/** Experiments, kept in the database. */
export class ExperimentService implements Experiments {
  readonly #deps: TrackingDeps

  constructor(deps: TrackingDeps) {
    this.#deps = deps
  }

  /** Makes the experiment "0" where it is not there. */
  async start(): Promise<void> {
    const now = this.#deps.clock()
    await this.#deps.commits.run((transaction) =>
      transaction
        .insertInto('experiment')
        .values({
          id: 0,
          name: DEFAULT_NAME,
          artifact_root: defaultRoot(0),
          note: null,
          created_ms: now,
          updated_ms: now,
          deleted_ms: null,
        })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    )
  }

  async create(experiment: Parameters<Experiments['create']>[0]): Promise<ExperimentRecord> {
    const made = await this.#deps.commits.run(async (transaction) => {
      await assertNameFree(transaction, experiment.name)
      return insertExperiment(transaction, experiment, this.#deps.clock())
    })
    this.#deps.publish('experiment', made.id)
    return made
  }

  async get(id: string): Promise<ExperimentRecord> {
    return readTogether(this.#deps.database, async (connection) => recordOf(connection, await getRow(connection, id)))
  }

  async findByName(name: string): Promise<ExperimentRecord | undefined> {
    return readTogether(this.#deps.database, async (connection) => {
      const row = await findNamed(connection, name)
      return row && recordOf(connection, row)
    })
  }

  async getOrCreate(name: string): Promise<ExperimentRecord> {
    const known = await this.findByName(name)
    if (known?.lifecycle === 'active') return known
    const { record, isNew } = await this.#deps.commits.run(async (transaction) => {
      const row = await findNamed(transaction, name)
      if (row?.deleted_ms === null) return { record: await recordOf(transaction, row), isNew: false }
      return { record: await insertExperiment(transaction, { name }, this.#deps.clock()), isNew: true }
    })
    if (isNew) this.#deps.publish('experiment', record.id)
    return record
  }

  update(id: string, { name, note, tags = {} }: Parameters<Experiments['update']>[1]): Promise<ExperimentRecord> {
    return this.#change(id, async (transaction, row) => {
      assertActive(row)
      if (name !== undefined && name !== row.name) await assertNameFree(transaction, name)
      assertNote(note)
      await changeExperimentTags(transaction, row.id, tags)
      return {
        ...(name !== undefined && { name, updated_ms: this.#deps.clock() }),
        ...(note !== undefined && { note }),
      }
    })
  }

  delete(id: string): Promise<ExperimentRecord> {
    return this.#change(id, async (transaction, row) => {
      if (row.deleted_ms !== null) throw notFound(id, 'is deleted already')
      const at = await ownMoment(transaction, row.id, this.#deps.clock())
      await transaction
        .updateTable('tracked_run')
        .set({ deleted_ms: at, updated_ms: at })
        .where('experiment_id', '=', row.id)
        .where('deleted_ms', 'is', null)
        .execute()
      return { deleted_ms: at, updated_ms: this.#deps.clock() }
    })
  }

  restore(id: string): Promise<ExperimentRecord> {
    return this.#change(id, async (transaction, row) => {
      if (row.deleted_ms === null) throw notFound(id, 'is not deleted')
      await assertNameFree(transaction, row.name)
      await transaction
        .updateTable('tracked_run')
        .set({ deleted_ms: null, updated_ms: this.#deps.clock() })
        .where('experiment_id', '=', row.id)
        .where('deleted_ms', '=', row.deleted_ms)
        .execute()
      return { deleted_ms: null, updated_ms: this.#deps.clock() }
    })
  }

  async setTags(id: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.update(id, { tags })
  }

  async deleteTag(id: string, key: string): Promise<boolean> {
    let wasThere = false
    await this.#change(id, async (transaction, row) => {
      assertActive(row)
      wasThere = await deleteExperimentTag(transaction, row.id, key)
      return {}
    })
    return wasThere
  }

  /** A page for people, with how many runs each has. */
  list(query: ExperimentListQuery): Promise<Page<ListedExperiment>> {
    return readTogether(this.#deps.database, (connection) => listExperiments(connection, query))
  }

  search(search: Parameters<Experiments['search']>[0]): Promise<Found<ExperimentRecord>> {
    return readTogether(this.#deps.database, (connection) => searchExperiments(connection, search))
  }

  async #change(
    id: string,
    change: (transaction: Tx, row: ExperimentRow) => Promise<Partial<ExperimentRow>>,
  ): Promise<ExperimentRecord> {
    const record = await this.#deps.commits.run(async (transaction) => {
      const row = await getRow(transaction, id)
      const set = await change(transaction, row)
      if (Object.keys(set).length > 0) {
        await transaction.updateTable('experiment').set(set).where('id', '=', row.id).execute()
      }
      return recordOf(transaction, { ...row, ...set })
    })
    this.#deps.publish('experiment', id)
    return record
  }
}
