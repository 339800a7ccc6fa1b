import type { Page, PageQuery } from '@regia/core'
import type { Connection, Database } from '../../database/database.ts'
import { decodeJson, encodeJson, type JsonText } from '../../database/json-text.ts'
import type { KeptRelease, RecordChanges, ReleaseRecord, ShadowRelease } from './release-record.ts'

const DEFAULT_LIMIT = 50

/** Releases, open and ended. What changes one takes a connection, so that it commits with the decision about it. */
export class ReleaseStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  transaction(work: (connection: Connection) => Promise<void>): Promise<void> {
    return this.#database.transaction().execute(work)
  }

  /** The one that shares the traffic of an endpoint. */
  async findOpen(endpoint: string, connection?: Connection): Promise<ReleaseRecord | undefined> {
    const record = await this.#findOpen(endpoint, false, connection)
    return record?.kind === 'shadow' ? undefined : record
  }

  /** The version that an endpoint has in shadow. */
  async findShadow(endpoint: string): Promise<ShadowRelease | undefined> {
    const record = await this.#findOpen(endpoint, true)
    return record?.kind === 'shadow' ? record : undefined
  }

  /** Newest first. */
  async list(endpoint: string, { limit = DEFAULT_LIMIT, cursor }: PageQuery): Promise<Page<KeptRelease>> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor)
    const rows = await this.#database
      .selectFrom('release')
      .select(['number', 'record'])
      .where('endpoint', '=', endpoint)
      .where('number', '<', before)
      .orderBy('number', 'desc')
      .limit(limit + 1)
      .execute()
    const { total } = await this.#database
      .selectFrom('release')
      .select(({ fn }) => fn.countAll<number>().as('total'))
      .where('endpoint', '=', endpoint)
      .executeTakeFirstOrThrow()
    const items = rows.slice(0, limit)
    const nextCursor = rows.length > limit ? String(items.at(-1)?.number) : undefined
    return { items: items.map(({ record }) => decodeJson(record)), nextCursor, total }
  }

  async start(record: KeptRelease): Promise<void> {
    const { id, endpoint, kind, arms } = record
    await this.transaction(async (connection) => {
      const { number } = await connection
        .selectFrom('release')
        .select(({ fn }) => fn.coalesce(fn.max('number'), fn.countAll<number>()).as('number'))
        .where('endpoint', '=', endpoint)
        .executeTakeFirstOrThrow()
      await connection
        .insertInto('release')
        .values({ id, endpoint, kind, number: number + 1, is_open: 1, record: encodeJson<KeptRelease>(record) })
        .execute()
      const rows = arms.map(({ version }) => ({ release: id, endpoint, version, is_settled: 0 }))
      await connection.insertInto('release_arm').values(rows).execute()
    })
  }

  /** Changes fields of a release that is still open and shares the traffic. @returns It as it is now; undefined where it has ended. */
  async change(
    id: ReleaseRecord['id'],
    changes: RecordChanges,
    connection?: Connection,
  ): Promise<ReleaseRecord | undefined> {
    if (!connection) return this.#database.transaction().execute((own) => this.change(id, changes, own))
    const row = await connection
      .selectFrom('release')
      .select('record')
      .where('id', '=', id)
      .where('is_open', '=', 1)
      .where('kind', '!=', 'shadow')
      .executeTakeFirst()
    if (!row) return undefined
    const text = JSON.stringify({ ...decodeJson(row.record), ...changes })
    // The one cast: fields of a record, put over those of the same record.
    const record = text as JsonText<ReleaseRecord>
    if (text !== row.record) await connection.updateTable('release').set({ record }).where('id', '=', id).execute()
    return decodeJson(record)
  }

  /** Puts a version in shadow that is still open down as it is now. */
  async putShadow(record: ShadowRelease): Promise<void> {
    await this.#database
      .updateTable('release')
      .set({ record: encodeJson<KeptRelease>(record) })
      .where('id', '=', record.id)
      .where('is_open', '=', 1)
      .execute()
  }

  /** @param settled - Versions that are not to be tried again by themselves. */
  async end(record: KeptRelease, settled: readonly number[], connection: Connection): Promise<void> {
    await connection
      .updateTable('release')
      .set({ record: encodeJson<KeptRelease>(record), is_open: 0 })
      .where('id', '=', record.id)
      .execute()
    await this.settle(record, settled, connection)
  }

  async settle({ id }: Pick<KeptRelease, 'id'>, versions: readonly number[], connection: Connection): Promise<void> {
    if (versions.length === 0) return
    await connection
      .updateTable('release_arm')
      .set({ is_settled: 1 })
      .where('release', '=', id)
      .where('version', 'in', versions)
      .execute()
  }

  /** Its versions may be tried again. */
  async unsettle({ id }: Pick<KeptRelease, 'id'>): Promise<void> {
    await this.#database.updateTable('release_arm').set({ is_settled: 0 }).where('release', '=', id).execute()
  }

  /** A person took the version back, outside of any release. */
  async settleByHand(endpoint: string, version: number): Promise<void> {
    await this.#database
      .insertInto('release_arm')
      .values({ release: '', endpoint, version, is_settled: 1 })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  }

  /** Whether a version's fate is sealed as a shadow: it was promoted or refused as one, or taken back by hand. */
  async isSettledShadow(endpoint: string, version: number): Promise<boolean> {
    const row = await this.#database
      .selectFrom('release_arm')
      .leftJoin('release', 'release.id', 'release_arm.release')
      .select('release_arm.release')
      .where('release_arm.endpoint', '=', endpoint)
      .where('release_arm.version', '=', version)
      .where('release_arm.is_settled', '=', 1)
      .where(({ or, eb }) => or([eb('release_arm.release', '=', ''), eb('release.kind', '=', 'shadow')]))
      .executeTakeFirst()
    return row !== undefined
  }

  /** Whether a version's fate is sealed: it was promoted, refused or taken back. */
  async isSettled(endpoint: string, version: number): Promise<boolean> {
    const row = await this.#database
      .selectFrom('release_arm')
      .select('release')
      .where('endpoint', '=', endpoint)
      .where('version', '=', version)
      .where('is_settled', '=', 1)
      .executeTakeFirst()
    return row !== undefined
  }

  /** Of the open releases of an endpoint the one in shadow, or the one that is not: there is at most one of each. */
  async #findOpen(
    endpoint: string,
    isShadow: boolean,
    connection: Connection = this.#database,
  ): Promise<KeptRelease | undefined> {
    const row = await connection
      .selectFrom('release')
      .select('record')
      .where('endpoint', '=', endpoint)
      .where('is_open', '=', 1)
      .where('kind', isShadow ? '=' : '!=', 'shadow')
      .executeTakeFirst()
    return row && decodeJson(row.record)
  }
}
