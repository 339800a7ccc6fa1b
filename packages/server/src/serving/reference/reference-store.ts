import type { ReferenceProfile } from '@regia/core'
import type { Connection, Database } from '../../database/database.ts'
import { decodeJson, encodeJson } from '../../database/json-text.ts'

/** A reference as it was taken. Times are milliseconds since 1970; `from` and `until` of event time. */
export type LoggedReference = {
  readonly profile: ReferenceProfile
  readonly from: number
  readonly until: number
  readonly takenAt: number
}

/** References of endpoints' versions that were taken of their predictions. */
export class ReferenceStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async find(endpoint: string, model: string, version: number): Promise<LoggedReference | undefined> {
    const row = await this.#database
      .selectFrom('logged_reference')
      .selectAll()
      .where('endpoint', '=', endpoint)
      .where('version', '=', version)
      .where('model', '=', model)
      .executeTakeFirst()
    if (!row) return undefined
    return { profile: decodeJson(row.profile), from: row.from_at, until: row.until_at, takenAt: row.taken_at }
  }

  async put(
    connection: Connection,
    { endpoint, model, version }: { readonly endpoint: string; readonly model: string; readonly version: number },
    { profile, from, until, takenAt }: LoggedReference,
  ): Promise<void> {
    const content = { model, profile: encodeJson(profile), from_at: from, until_at: until, taken_at: takenAt }
    await connection
      .insertInto('logged_reference')
      .values({ endpoint, version, ...content })
      .onConflict((conflict) => conflict.columns(['endpoint', 'version']).doUpdateSet(content))
      .execute()
  }
}
