import { type Decision, type DecisionListQuery, deciderOf, type EndpointSpec, type Page } from '@regia/core'
import type { Connection, Database } from '../../database/database.ts'
import { decodeJson, encodeJson } from '../../database/json-text.ts'

export type StoredEndpoint = {
  readonly spec: EndpointSpec
  /** The version that served last. */
  readonly stableVersion: number | undefined
  readonly previousVersion: number | undefined
  readonly createdAt: string
  /** Whether it was taken out of service. */
  readonly isUnloaded: boolean
}

export type OnDecision = (connection: Connection, decision: Decision) => Promise<void>

const DEFAULT_LIMIT = 50

/** Endpoints as they were applied, and every decision about them. */
export class EndpointStore {
  readonly #database: Database
  readonly #onDecision: OnDecision | undefined

  /** @param onDecision - Told of each decision within the transaction that keeps it. */
  constructor(database: Database, onDecision?: OnDecision) {
    this.#database = database
    this.#onDecision = onDecision
  }

  async put(spec: EndpointSpec, createdAt: string): Promise<void> {
    const text = encodeJson(spec)
    await this.#database
      .insertInto('endpoint')
      .values({ name: spec.name, spec: text, stable_version: null, previous_version: null, created_at: createdAt })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ spec: text }))
      .execute()
  }

  async find(name: string): Promise<StoredEndpoint | undefined> {
    const row = await this.#database
      .selectFrom('endpoint')
      .leftJoin('unloaded_endpoint', 'unloaded_endpoint.endpoint', 'endpoint.name')
      .selectAll('endpoint')
      .select('unloaded_endpoint.at as unloaded_at')
      .where('name', '=', name)
      .executeTakeFirst()
    return (
      row && {
        spec: decodeJson(row.spec),
        stableVersion: row.stable_version ?? undefined,
        previousVersion: row.previous_version ?? undefined,
        createdAt: row.created_at,
        isUnloaded: row.unloaded_at !== null,
      }
    )
  }

  /** @param at - When it was taken out of service; `undefined` puts it back. */
  async setUnloaded(endpoint: string, at: string | undefined): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      await transaction.deleteFrom('unloaded_endpoint').where('endpoint', '=', endpoint).execute()
      if (at !== undefined) await transaction.insertInto('unloaded_endpoint').values({ endpoint, at }).execute()
    })
  }

  /** Forgets the endpoint, its decisions and releases. What was predicted and counted stays. */
  async remove(endpoint: string): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      const releases = transaction.selectFrom('release').select('id').where('endpoint', '=', endpoint)
      for (const table of ['release_figures', 'release_outcome', 'release_pull'] as const) {
        await transaction.deleteFrom(table).where('release', 'in', releases).execute()
      }
      for (const table of ['release_arm', 'release', 'decision', 'unloaded_endpoint'] as const) {
        await transaction.deleteFrom(table).where('endpoint', '=', endpoint).execute()
      }
      await transaction.deleteFrom('endpoint').where('name', '=', endpoint).execute()
    })
  }

  async names(): Promise<readonly string[]> {
    const rows = await this.#database.selectFrom('endpoint').select('name').orderBy('name').execute()
    return rows.map(({ name }) => name)
  }

  /** Which version serves, which was before it, and why: together, so that the log of decisions is complete. */
  async putServed(
    versions: { readonly stable: number; readonly previous: number | undefined },
    decision: Decision,
  ): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      await transaction
        .updateTable('endpoint')
        .set({ stable_version: versions.stable, previous_version: versions.previous ?? null })
        .where('name', '=', decision.endpoint)
        .execute()
      await this.insertDecision(transaction, decision)
    })
  }

  async addDecision(decision: Decision): Promise<void> {
    await this.#database.transaction().execute((transaction) => this.insertDecision(transaction, decision))
  }

  /** Newest first; of some kinds or deciders alone where the query names them. */
  async decisions(
    endpoint: string,
    { limit = DEFAULT_LIMIT, cursor, by, kinds }: DecisionListQuery,
  ): Promise<Page<Decision>> {
    let asked = this.#database.selectFrom('decision').where('endpoint', '=', endpoint)
    if (by !== undefined) asked = asked.where('decider', '=', by)
    if (kinds !== undefined) asked = asked.where('kind', 'in', kinds)
    const rows = await asked
      .select(['decision', 'number'])
      .where('number', '<', cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor))
      .orderBy('number', 'desc')
      .limit(limit + 1)
      .execute()
    const { total } = await asked.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    const items = rows.slice(0, limit)
    const nextCursor = rows.length > limit ? String(items.at(-1)?.number) : undefined
    return { items: items.map((row) => decodeJson(row.decision)), nextCursor, total }
  }

  /** Adds a decision to the log of its endpoint, together with whatever the connection has under way. */
  async insertDecision(connection: Connection, decision: Decision): Promise<void> {
    const { number } = await connection
      .selectFrom('decision')
      .select(({ fn }) => fn.coalesce(fn.max('number'), fn.countAll<number>()).as('number'))
      .where('endpoint', '=', decision.endpoint)
      .executeTakeFirstOrThrow()
    await connection
      .insertInto('decision')
      .values({
        endpoint: decision.endpoint,
        number: number + 1,
        id: decision.id,
        kind: decision.kind,
        decider: deciderOf(decision.by),
        decision: encodeJson(decision),
      })
      .execute()
    await this.#onDecision?.(connection, decision)
  }
}
