import { type Found, type LoggedModelRecord, type LoggedModels, RegiaError } from '@regia/core'
import type { Transaction } from 'kysely'
import type { Tables } from '../database/database.ts'
import { readTogether } from '../database/read-together.ts'
import { modelArtifacts } from './artifact-address.ts'
import { getActiveExperiment } from './experiment-record.ts'
import {
  findLoggedModelRow,
  getLoggedModelRow,
  type LoggedModelRow,
  loggedModelRecords,
} from './logged-model-record.ts'
import { searchLoggedModels } from './logged-model-search.ts'
import { assertModelEntries, writeModelParams, writeModelTags } from './logged-model-values.ts'
import { makeRunName } from './run-names.ts'
import type { TrackingDeps } from './tracking-deps.ts'

type Tx = Transaction<Tables>

/** Models that runs logged, kept in the database. */
export class LoggedModelService implements LoggedModels {
  readonly #deps: TrackingDeps

  constructor(deps: TrackingDeps) {
    this.#deps = deps
  }

  async create(model: Parameters<LoggedModels['create']>[0]): Promise<LoggedModelRecord> {
    const { commits, clock, rng, newHexId } = this.#deps
    const { experimentId, name, modelType, status = 'pending', sourceRunId, params = [], tags = [] } = model
    if (name !== undefined) assertName(name)
    assertModelEntries(params, 'params')
    assertModelEntries(tags, 'tags')
    const id = model.id ?? `m-${newHexId()}`
    const now = clock()
    return this.#told(
      await commits.run(async (transaction) => {
        const known = model.id === undefined ? undefined : await findLoggedModelRow(transaction, id)
        if (known) return recordOf(transaction, known)
        const experiment = await getActiveExperiment(transaction, experimentId)
        const row: LoggedModelRow = {
          id,
          experiment_id: experiment.id,
          name: name || makeRunName(rng),
          model_type: modelType ?? null,
          status,
          source_run_id: sourceRunId ?? null,
          artifact_uri: modelArtifacts(experiment.artifact_root, id),
          created_ms: now,
          updated_ms: now,
          deleted_ms: null,
        }
        await transaction.insertInto('logged_model').values(row).execute()
        await writeModelParams(transaction, id, params)
        await writeModelTags(transaction, id, tags)
        return recordOf(transaction, row)
      }),
    )
  }

  async get(id: string): Promise<LoggedModelRecord> {
    return readTogether(this.#deps.database, async (connection) =>
      recordOf(connection, await getLoggedModelRow(connection, id)),
    )
  }

  setStatus(id: string, status: LoggedModelRecord['status']): Promise<LoggedModelRecord> {
    return this.#change(id, async () => ({ status, updated_ms: this.#deps.clock() }))
  }

  async setTags(id: string, tags: Parameters<LoggedModels['setTags']>[1]): Promise<LoggedModelRecord> {
    assertModelEntries(tags, 'tags')
    return this.#change(id, async (transaction) => {
      await writeModelTags(transaction, id, tags)
      return {}
    })
  }

  async deleteTag(id: string, key: string): Promise<boolean> {
    let wasThere = false
    await this.#change(id, async (transaction) => {
      const { numDeletedRows } = await transaction
        .deleteFrom('logged_model_tag')
        .where('model_id', '=', id)
        .where('key', '=', key)
        .executeTakeFirst()
      wasThere = numDeletedRows > 0n
      return {}
    })
    return wasThere
  }

  async logParams(id: string, params: Parameters<LoggedModels['logParams']>[1]): Promise<void> {
    assertModelEntries(params, 'params')
    await this.#change(id, async (transaction) => {
      await writeModelParams(transaction, id, params)
      return {}
    })
  }

  /** Deleting a deleted one does no harm. */
  async delete(id: string): Promise<void> {
    const { commits, clock } = this.#deps
    this.#told(
      await commits.run(async (transaction) => {
        const row = (await findLoggedModelRow(transaction, id)) ?? (await getLoggedModelRow(transaction, id))
        const now = clock()
        if (row.deleted_ms === null) {
          const set = { deleted_ms: now, updated_ms: now }
          await transaction.updateTable('logged_model').set(set).where('id', '=', id).execute()
        }
        return recordOf(transaction, row)
      }),
    )
  }

  search(search: Parameters<LoggedModels['search']>[0]): Promise<Found<LoggedModelRecord>> {
    return readTogether(this.#deps.database, (connection) => searchLoggedModels(connection, search))
  }

  async #change(id: string, change: (transaction: Tx) => Promise<Partial<LoggedModelRow>>): Promise<LoggedModelRecord> {
    return this.#told(
      await this.#deps.commits.run(async (transaction) => {
        const row = await getLoggedModelRow(transaction, id)
        const set = await change(transaction)
        if (Object.keys(set).length > 0) {
          await transaction.updateTable('logged_model').set(set).where('id', '=', id).execute()
        }
        return recordOf(transaction, { ...row, ...set })
      }),
    )
  }

  /** Who looks at the run sees its models. */
  #told(record: LoggedModelRecord): LoggedModelRecord {
    const { publish } = this.#deps
    if (record.sourceRunId === undefined) publish('experiment', record.experimentId)
    else publish('trackedRun', record.sourceRunId)
    return record
  }
}

async function recordOf(transaction: Parameters<typeof loggedModelRecords>[0], row: LoggedModelRow) {
  const [record] = await loggedModelRecords(transaction, [row])
  if (!record) throw new Error('unreachable: a row has a record')
  return record
}

/** It stands in addresses: `models:/NAME`, `runs:/RUN/NAME`. */
function assertName(name: string): void {
  if (name.length <= 500 && !/[/:.%"']/.test(name)) return
  throw new RegiaError('INVALID_INPUT', `A logged model cannot be named "${name.slice(0, 100)}".`, {
    where: 'name',
    hint: 'Use at most 500 characters, without / : . % " and \'.',
  })
}
