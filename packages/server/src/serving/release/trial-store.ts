import type { Database } from '../../database/database.ts'
import type { ServingTables } from '../tables.ts'

export type TrialOutcome = ServingTables['shadow_trial']['outcome']

export type Trial = {
  readonly championVersion: number
  readonly challengerVersion: number
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly outcome: TrialOutcome
}

type Pair = Pick<Trial, 'championVersion' | 'challengerVersion'>

/** Which version ran in shadow of which, since when, and how it ended. */
export class TrialStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** @returns Whether it is new. */
  async start(endpoint: string, { championVersion, challengerVersion }: Pair, startedAt: number): Promise<boolean> {
    const { numInsertedOrUpdatedRows } = await this.#database
      .insertInto('shadow_trial')
      .values({
        endpoint,
        champion_version: championVersion,
        challenger_version: challengerVersion,
        started_at: startedAt,
        outcome: 'running',
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    return numInsertedOrUpdatedRows === 1n
  }

  async find(endpoint: string, { championVersion, challengerVersion }: Pair): Promise<Trial | undefined> {
    const row = await this.#database
      .selectFrom('shadow_trial')
      .selectAll()
      .where('endpoint', '=', endpoint)
      .where('champion_version', '=', championVersion)
      .where('challenger_version', '=', challengerVersion)
      .executeTakeFirst()
    return row && { championVersion, challengerVersion, startedAt: row.started_at, outcome: row.outcome }
  }

  /** Whether a version's fate is sealed: it was promoted or refused, so that it is not tried again by itself. */
  async isSettled(endpoint: string, challengerVersion: number): Promise<boolean> {
    const row = await this.#database
      .selectFrom('shadow_trial')
      .select('outcome')
      .where('endpoint', '=', endpoint)
      .where('challenger_version', '=', challengerVersion)
      .where('outcome', 'in', ['promoted', 'refused'])
      .executeTakeFirst()
    return row !== undefined
  }

  async settle(
    endpoint: string,
    { championVersion, challengerVersion }: Pair,
    outcome: TrialOutcome,
    at: number,
  ): Promise<void> {
    await this.#database
      .insertInto('shadow_trial')
      .values({
        endpoint,
        champion_version: championVersion,
        challenger_version: challengerVersion,
        started_at: at,
        outcome,
      })
      .onConflict((conflict) =>
        conflict.columns(['endpoint', 'challenger_version', 'champion_version']).doUpdateSet({ outcome }),
      )
      .execute()
  }
}
