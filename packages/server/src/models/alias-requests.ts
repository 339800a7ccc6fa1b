import { type AliasRequest, RegiaError } from '@regia/core'
import type { Connection, Tables } from '../database/database.ts'
import { getModel, type Listed, type Window } from './read-models.ts'
import { aliasTarget, getVersion } from './read-versions.ts'

export type NewRequest = {
  readonly model: string
  readonly alias: string
  readonly version: number | string
  readonly by: string
  readonly reason: string
}
export type RequestFilter = {
  readonly model?: string | undefined
  readonly status?: AliasRequest['status'] | undefined
}

/** The one that waits for the same move where there is one. @throws RegiaError `NOT_FOUND`, `CONFLICT` for an alias that anybody may move. */
export async function insertRequest(connection: Connection, wish: NewRequest, at: string): Promise<AliasRequest> {
  const { model, alias, by, reason } = wish
  const { version } = await getVersion(connection, model, wish.version)
  const { protectedAliases } = await getModel(connection, model)
  if (!protectedAliases.includes(alias)) {
    throw new RegiaError('CONFLICT', `The alias "${alias}" of "${model}" moves without approval.`, {
      where: 'body.alias',
      hint: `Move it: regia models promote ${model}@${version} --alias ${alias}`,
    })
  }
  const same = await connection
    .selectFrom('alias_request')
    .selectAll()
    .where('model', '=', model)
    .where('alias', '=', alias)
    .where('version', '=', version)
    .where('status', '=', 'pending')
    .executeTakeFirst()
  if (same) return requestOf(same)
  const from_version = (await aliasTarget(connection, model, alias)) ?? null
  const row = await connection
    .insertInto('alias_request')
    .values({ model, alias, version, from_version, status: 'pending', requested_by: by, reason, requested_at: at })
    .returningAll()
    .executeTakeFirstOrThrow()
  return requestOf(row)
}

/** What waits first, then the newest first. */
export async function listRequests(
  connection: Connection,
  { model, status }: RequestFilter,
  { limit, offset }: Window,
): Promise<Listed<AliasRequest>> {
  const found = connection
    .selectFrom('alias_request')
    .innerJoin('model', 'model.name', 'alias_request.model')
    .where('model.deleted_at', 'is', null)
    .$if(model !== undefined, (select) => select.where('alias_request.model', '=', model ?? ''))
    .$if(status !== undefined, (select) => select.where('alias_request.status', '=', status ?? 'pending'))
  const rows = await found
    .selectAll('alias_request')
    .orderBy(({ eb }) => eb('alias_request.status', '<>', 'pending'))
    .orderBy('alias_request.id', 'desc')
    .limit(limit)
    .offset(offset)
    .execute()
  const { total } = await found.select(({ fn }) => fn.countAll<number>().as('total')).executeTakeFirstOrThrow()
  return { items: rows.map(requestOf), total: Number(total) }
}

export type RequestDecision = {
  readonly id: number
  readonly status: Exclude<AliasRequest['status'], 'pending'>
  readonly by: string
  readonly comment?: string | undefined
  readonly at: string
}

/**
 * Notes what became of a request; the move itself is the caller's.
 *
 * @throws RegiaError `NOT_FOUND`; `CONFLICT` where it is decided already, or the alias has moved since it was asked for; `UNAUTHORIZED` for who
 *   asked for it and would approve it.
 */
export async function decideRequest(connection: Connection, decision: RequestDecision): Promise<AliasRequest> {
  const { id, status, by, comment, at } = decision
  const request = await getRequest(connection, id)
  if (request.status !== 'pending') {
    throw new RegiaError('CONFLICT', `Request ${id} is ${request.status} already.`, { where: `request ${id}` })
  }
  if (status === 'approved') await assertApprovable(connection, request, by)
  const row = await connection
    .updateTable('alias_request')
    .set({ status, decided_by: by, comment: comment ?? null, decided_at: at })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  return requestOf(row)
}

async function assertApprovable(connection: Connection, request: AliasRequest, by: string): Promise<void> {
  const { id, model, alias, requestedBy, fromVersion } = request
  if (by === requestedBy) {
    throw new RegiaError('UNAUTHORIZED', `"${by}" asked for this move; somebody else approves it.`, {
      where: `request ${id}`,
      hint: 'The command decides as the account in USER or as --by says, the API as "by" says.',
    })
  }
  const now = await aliasTarget(connection, model, alias)
  if (now === fromVersion) return
  throw new RegiaError('CONFLICT', `"${alias}" of "${model}" has moved since request ${id} was made.`, {
    where: `request ${id}`,
    hint: `It stood at ${fromVersion ?? 'no version'} and stands at ${now ?? 'no version'} now. Withdraw the request and make another.`,
  })
}

/** @throws RegiaError `NOT_FOUND`. */
export async function getRequest(connection: Connection, id: number): Promise<AliasRequest> {
  const row = await connection.selectFrom('alias_request').selectAll().where('id', '=', id).executeTakeFirst()
  if (row) return requestOf(row)
  throw new RegiaError('NOT_FOUND', `There is no request ${id}.`, { hint: '"regia models requests" lists them.' })
}

const requestOf = (row: Omit<Tables['alias_request'], 'id'> & { readonly id: number }): AliasRequest => ({
  id: row.id,
  model: row.model,
  alias: row.alias,
  version: row.version,
  ...(row.from_version !== null && { fromVersion: row.from_version }),
  status: row.status,
  requestedBy: row.requested_by,
  reason: row.reason,
  requestedAt: row.requested_at,
  ...(row.decided_by !== null && { decidedBy: row.decided_by }),
  ...(row.comment !== null && { comment: row.comment }),
  ...(row.decided_at !== null && { decidedAt: row.decided_at }),
})
