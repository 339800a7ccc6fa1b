import { type Clock, type Demo, type DemoAction, RegiaError, toIso } from '@regia/core'
import type { Database } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'
import type { EventBus } from '../events/bus.ts'
import { suggest } from '../http/near-names.ts'

const ONLY_ROW = 1

/** The one demonstration of a project, told by a client: the server keeps its state for the control room, and a visitor's wishes for the client. */
export class DemoService {
  readonly #database: Database
  readonly #events: EventBus
  readonly #clock: Clock

  constructor(database: Database, events: EventBus, clock: Clock) {
    this.#database = database
    this.#events = events
    this.#clock = clock
  }

  async find(): Promise<Demo | undefined> {
    const row = await this.#database.selectFrom('demo').select('demo').where('id', '=', ONLY_ROW).executeTakeFirst()
    return row && decodeJson(row.demo)
  }

  async set(demo: Demo): Promise<Demo> {
    const values = { demo: encodeJson(demo), updated_at: toIso(this.#clock()) }
    await this.#database
      .insertInto('demo')
      .values({ id: ONLY_ROW, ...values })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
      .execute()
    this.#events.publish('demo', 'demo')
    return demo
  }

  /** Keeps a wish until the client fetches it; a later one about the same action replaces it. @throws RegiaError `NOT_FOUND`. */
  async wish(name: string, active: boolean): Promise<DemoAction> {
    const demo = await this.find()
    const names = demo?.actions.map((action) => action.name) ?? []
    if (!names.includes(name)) {
      const hint = demo ? suggest(name, names) : 'Start one with "regia demo".'
      throw new RegiaError('NOT_FOUND', `No demonstration offers the action "${name}".`, { hint })
    }
    const requestedAt = toIso(this.#clock())
    const values = { active: active ? 1 : 0, requested_at: requestedAt }
    await this.#database
      .insertInto('demo_wish')
      .values({ name, ...values })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
      .execute()
    this.#events.publish('demo', 'demo')
    return { name, active, requestedAt }
  }

  /** Fetching takes them. */
  async takeWishes(): Promise<readonly DemoAction[]> {
    const rows = await this.#database.deleteFrom('demo_wish').returningAll().execute()
    return rows
      .map((row) => ({ name: row.name, active: row.active === 1, requestedAt: row.requested_at }))
      .sort((a, b) => a.requestedAt.localeCompare(b.requestedAt))
  }
}
