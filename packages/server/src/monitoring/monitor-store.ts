import type { Alert, MonitorSpec, Page, WindowResult } from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import { decodeJson, encodeJson } from '../database/json-text.ts'

export type StoredMonitor = {
  readonly spec: MonitorSpec
  readonly createdAt: string
  /** Event time up to which every window has its final verdict. */
  readonly settledUntil: number | undefined
}

export type StoredWindow = { readonly result: WindowResult; readonly isFinal: boolean }

/** Monitors, their windows and what their actions started. */
export class MonitorStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  transaction<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#database.transaction().execute(work)
  }

  get connection(): Connection {
    return this.#database
  }

  async put(spec: MonitorSpec, createdAt: string): Promise<void> {
    const changes = { spec: encodeJson(spec), endpoint: spec.endpoint }
    await this.#database
      .insertInto('monitor')
      .values({ name: spec.name, ...changes, created_at: createdAt, settled_until: null })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(changes))
      .execute()
  }

  async find(name: string): Promise<StoredMonitor | undefined> {
    const row = await this.#database.selectFrom('monitor').selectAll().where('name', '=', name).executeTakeFirst()
    return (
      row && { spec: decodeJson(row.spec), createdAt: row.created_at, settledUntil: row.settled_until ?? undefined }
    )
  }

  async names(): Promise<readonly string[]> {
    const rows = await this.#database.selectFrom('monitor').select('name').orderBy('name').execute()
    return rows.map(({ name }) => name)
  }

  async putSettledUntil(connection: Connection, monitor: string, settledUntil: number): Promise<void> {
    await connection.updateTable('monitor').set({ settled_until: settledUntil }).where('name', '=', monitor).execute()
  }

  async putWindow(connection: Connection, { result, isFinal }: StoredWindow): Promise<void> {
    const key = { monitor: result.monitor, version: result.version, from_ms: Date.parse(result.from) }
    const content = { until_ms: Date.parse(result.until), is_final: Number(isFinal), result: encodeJson(result) }
    await connection
      .insertInto('monitor_window')
      .values({ ...key, ...content })
      .onConflict((conflict) => conflict.columns(['monitor', 'from_ms', 'version']).doUpdateSet(content))
      .execute()
  }

  /** Windows that begin in [from, until), oldest first. */
  async windowsFrom(monitor: string, from: number): Promise<readonly StoredWindow[]> {
    const rows = await this.#database
      .selectFrom('monitor_window')
      .select(['result', 'is_final'])
      .where('monitor', '=', monitor)
      .where('from_ms', '>=', from)
      .orderBy('from_ms')
      .orderBy('version')
      .execute()
    return rows.map((row) => ({ result: decodeJson(row.result), isFinal: row.is_final === 1 }))
  }

  /** The last windows of one version, oldest first. */
  async history(connection: Connection, monitor: string, version: number, limit: number): Promise<WindowResult[]> {
    const rows = await connection
      .selectFrom('monitor_window')
      .select('result')
      .where('monitor', '=', monitor)
      .where('version', '=', version)
      .orderBy('from_ms', 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => decodeJson(row.result)).reverse()
  }

  /** The newest windows before a time, newest last; the cursor leads to the older ones. */
  async windowPage(
    monitor: string,
    query: { readonly limit: number; readonly before: number; readonly from: number; readonly until: number },
  ): Promise<Page<WindowResult>> {
    const inRange = this.#database
      .selectFrom('monitor_window')
      .where('monitor', '=', monitor)
      .where('from_ms', '>=', query.from)
      .where('from_ms', '<', query.until)
    const rows = await inRange
      .select(['result', 'from_ms', 'version'])
      .where('from_ms', '<', query.before)
      .orderBy('from_ms', 'desc')
      .orderBy('version', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { total } = await inRange.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    const page = rows.slice(0, query.limit)
    const next = rows.length > query.limit ? { nextCursor: String(page.at(-1)?.from_ms) } : {}
    return { items: page.map((row) => decodeJson(row.result)).reverse(), ...next, total }
  }

  async evaluatedUntil(monitor: string): Promise<number | undefined> {
    const row = await this.#database
      .selectFrom('monitor_window')
      .select(({ fn }) => fn.max('until_ms').as('until'))
      .where('monitor', '=', monitor)
      .executeTakeFirst()
    return row?.until ?? undefined
  }

  async openAlerts(connection: Connection, monitor: string): Promise<readonly Alert[]> {
    const rows = await connection
      .selectFrom('alert')
      .select('alert')
      .where('monitor', '=', monitor)
      .where('status', '!=', 'closed')
      .orderBy('number')
      .execute()
    return rows.map((row) => decodeJson(row.alert))
  }

  async findAlert(id: string): Promise<Alert | undefined> {
    const row = await this.#database.selectFrom('alert').select('alert').where('id', '=', id).executeTakeFirst()
    return row && decodeJson(row.alert)
  }

  async putAlert(connection: Connection, alert: Alert): Promise<void> {
    const content = { status: alert.status, alert: encodeJson(alert) }
    const { number } = await connection
      .selectFrom('alert')
      .select(({ fn }) => fn.coalesce(fn.max('number'), fn.countAll<number>()).as('number'))
      .executeTakeFirstOrThrow()
    await connection
      .insertInto('alert')
      .values({
        id: alert.id,
        monitor: alert.monitor,
        version: alert.version,
        kind: alert.kind,
        number: number + 1,
        ...content,
      })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(content))
      .execute()
  }

  /** Newest first. */
  async alertPage(query: {
    readonly limit: number
    readonly before: number
    readonly status: string | undefined
    readonly monitor: string | undefined
  }): Promise<Page<Alert>> {
    let wanted = this.#database.selectFrom('alert')
    if (query.status !== undefined) wanted = wanted.where('status', 'in', statusesOf(query.status))
    if (query.monitor !== undefined) wanted = wanted.where('monitor', '=', query.monitor)
    const rows = await wanted
      .select(['alert', 'number'])
      .where('number', '<', query.before)
      .orderBy('number', 'desc')
      .limit(query.limit + 1)
      .execute()
    const { total } = await wanted.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
    const page = rows.slice(0, query.limit)
    const next = rows.length > query.limit ? { nextCursor: String(page.at(-1)?.number) } : {}
    return { items: page.map((row) => decodeJson(row.alert)), ...next, total }
  }

  /** Event time at which a monitor last started a run of a pipeline. */
  async lastActionAt(monitor: string, pipeline: string): Promise<number | undefined> {
    const row = await this.#database
      .selectFrom('monitor_action')
      .select('started_event_at')
      .where('monitor', '=', monitor)
      .where('pipeline', '=', pipeline)
      .executeTakeFirst()
    return row?.started_event_at
  }

  async putAction(
    connection: Connection,
    monitor: string,
    pipeline: string,
    startedEventAt: number,
    runId: string,
  ): Promise<void> {
    const content = { started_event_at: startedEventAt, run_id: runId }
    await connection
      .insertInto('monitor_action')
      .values({ monitor, pipeline, ...content })
      .onConflict((conflict) => conflict.columns(['monitor', 'pipeline']).doUpdateSet(content))
      .execute()
  }
}

const STATUSES = ['open', 'acknowledged', 'closed'] as const

/** One status, or several with commas between them; what is no status matches nothing. */
const statusesOf = (text: string): Alert['status'][] => {
  const wanted = text.split(',')
  return STATUSES.filter((status) => wanted.includes(status))
}
