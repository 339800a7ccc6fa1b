import {
  type ExperimentRecord,
  type Experiments,
  type Found,
  type Page,
  RegiaError,
  TRACKING_LIMITS,
} from '@regia/core'
import { sql, type Transaction } from 'kysely'
import type { Connection, Tables } from '../database/database.ts'
import { type ExperimentListQuery, type ListedExperiment, listExperiments } from './experiment-list.ts'
import { type ExperimentRow, experimentNumber, experimentRecord, withTags } from './experiment-record.ts'
import { searchExperiments } from './experiment-search.ts'
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
    const { database } = this.#deps
    return recordOf(database, await getRow(database, id))
  }

  async findByName(name: string): Promise<ExperimentRecord | undefined> {
    const row = await findNamed(this.#deps.database, name)
    return row && recordOf(this.#deps.database, row)
  }

  async getOrCreate(name: string): Promise<ExperimentRecord> {
    const known = await findNamed(this.#deps.database, name)
    if (known?.deleted_ms === null) return recordOf(this.#deps.database, known)
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
    return listExperiments(this.#deps.database, query)
  }

  search(search: Parameters<Experiments['search']>[0]): Promise<Found<ExperimentRecord>> {
    return searchExperiments(this.#deps.database, search)
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

const defaultRoot = (id: number): string => `mlflow-artifacts:/${id}`

async function insertExperiment(
  transaction: Tx,
  { name, artifactRoot, note, tags = {} }: Parameters<Experiments['create']>[0],
  now: number,
): Promise<ExperimentRecord> {
  assertName(name)
  assertNote(note)
  const values = { name, artifact_root: artifactRoot ?? '', note: note ?? null, created_ms: now, updated_ms: now }
  const row = await transaction.insertInto('experiment').values(values).returningAll().executeTakeFirstOrThrow()
  const root = artifactRoot ?? defaultRoot(row.id)
  if (root !== row.artifact_root) {
    await transaction.updateTable('experiment').set({ artifact_root: root }).where('id', '=', row.id).execute()
  }
  await changeExperimentTags(transaction, row.id, tags)
  return experimentRecord({ ...row, artifact_root: root }, { ...tags })
}

async function recordOf(connection: Connection, row: ExperimentRow): Promise<ExperimentRecord> {
  const [record] = await withTags(connection, [row])
  if (!record) throw new Error('unreachable: a row has a record')
  return record
}

async function getRow(connection: Connection, id: string): Promise<ExperimentRow> {
  const number = experimentNumber(id)
  const row =
    number === undefined
      ? undefined
      : await connection.selectFrom('experiment').selectAll().where('id', '=', number).executeTakeFirst()
  if (row) return row
  throw new RegiaError('NOT_FOUND', `There is no experiment "${id.slice(0, 50)}".`, {
    hint: 'List the experiments; one that was deleted long ago is purged.',
  })
}

const findNamed = (connection: Connection, name: string): Promise<ExperimentRow | undefined> =>
  connection
    .selectFrom('experiment')
    .selectAll()
    .where('name', '=', name)
    .orderBy(sql`deleted_ms is not null`)
    .orderBy('deleted_ms', 'desc')
    .limit(1)
    .executeTakeFirst()

/**
 * When an experiment is deleted: after every one of its runs that went before, so that a restore can tell those that went with it.
 */
async function ownMoment(transaction: Tx, experiment: number, now: number): Promise<number> {
  const last = await transaction
    .selectFrom('tracked_run')
    .select(({ fn }) => fn.max('deleted_ms').as('at'))
    .where('experiment_id', '=', experiment)
    .executeTakeFirst()
  return Math.max(now, (last?.at ?? 0) + 1)
}

async function assertNameFree(connection: Connection, name: string): Promise<void> {
  assertName(name)
  const taken = await findNamed(connection, name)
  if (taken?.deleted_ms !== null) return
  throw new RegiaError('ALREADY_EXISTS', `There is an experiment "${name}" already, with the id ${taken.id}.`, {
    hint: 'Use that one, or choose another name.',
    data: { id: String(taken.id) },
  })
}

function assertName(name: string): void {
  const { experimentNameLength } = TRACKING_LIMITS
  if (name.length > 0 && name.length <= experimentNameLength) return
  throw new RegiaError('INVALID_INPUT', `The name of an experiment has ${name.length} characters.`, {
    where: 'name',
    hint: `Give it 1 to ${experimentNameLength}.`,
  })
}

function assertNote(note: string | null | undefined): void {
  if (note == null || note.length <= TRACKING_LIMITS.noteLength) return
  throw new RegiaError('INVALID_INPUT', `The note has ${note.length} characters.`, {
    where: 'note',
    hint: `At most ${TRACKING_LIMITS.noteLength} are kept; log a longer text as a file.`,
  })
}

function assertActive(row: ExperimentRow): void {
  if (row.deleted_ms === null) return
  throw new RegiaError('CONFLICT', `The experiment ${row.id} is deleted.`, {
    hint: 'Restore it first.',
    data: { lifecycle: 'deleted' },
  })
}

const notFound = (id: string, state: string): RegiaError =>
  new RegiaError('NOT_FOUND', `The experiment ${id} ${state}.`, { hint: 'Look at its lifecycle.' })
