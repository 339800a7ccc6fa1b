import type { Alert } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'

/** An alert; `number` is the order in which alerts opened. */
export type NumberedAlert = { readonly number: number; readonly alert: Alert }

/** The alert that opened last, of one monitor or of all. */
export async function findLastAlert(connection: Connection, monitor?: string): Promise<NumberedAlert | undefined> {
  const row = await alertsOf(connection, monitor).orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row && { number: row.number, alert: decodeJson(row.alert) }
}

/** Alerts that opened after one, oldest first. */
export async function alertsAfter(
  connection: Connection,
  query: { readonly monitor?: string | undefined; readonly number: number; readonly limit: number },
): Promise<readonly NumberedAlert[]> {
  const rows = await alertsOf(connection, query.monitor)
    .where('number', '>', query.number)
    .orderBy('number')
    .limit(query.limit)
    .execute()
  return rows.map(({ number, alert }) => ({ number, alert: decodeJson(alert) }))
}

const alertsOf = (connection: Connection, monitor: string | undefined) =>
  connection
    .selectFrom('alert')
    .select(['number', 'alert'])
    .$if(monitor !== undefined, (select) => select.where('monitor', '=', monitor ?? ''))
