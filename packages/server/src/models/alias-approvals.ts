import { type AliasRequest, type Need, type Page, RegiaError } from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import { pageOf } from '../http/paging.ts'
import { decideRequest, insertRequest, listRequests, type NewRequest, type RequestFilter } from './alias-requests.ts'
import { getModel, type Window } from './read-models.ts'
import { getVersion } from './read-versions.ts'
import { moveAndTell, type RegistryWriter } from './registry-writer.ts'

export type Decision = { readonly by: string; readonly comment?: string | undefined }

const MOST_NEEDS = 20

/** Wishes to move protected aliases, and what people make of them. */
export class AliasApprovals {
  readonly #database: Database
  readonly #writer: RegistryWriter

  constructor(database: Database, writer: RegistryWriter) {
    this.#database = database
    this.#writer = writer
  }

  /** @throws RegiaError `NOT_FOUND`, `CONFLICT` for an alias that anybody may move. */
  request(wish: NewRequest): Promise<AliasRequest> {
    return this.#writer.change(wish.model, ({ transaction, at }) => insertRequest(transaction, wish, at))
  }

  /** What waits first, then the newest first. */
  async list(filter: RequestFilter, { limit, offset }: Window): Promise<Page<AliasRequest>> {
    const { items, total } = await listRequests(this.#database, filter, { limit, offset })
    return pageOf(items, total, offset)
  }

  /** What waits, for the first screen. */
  async needs(): Promise<readonly Need[]> {
    const { items } = await listRequests(this.#database, { status: 'pending' }, { limit: MOST_NEEDS, offset: 0 })
    return items.map((request) => ({ kind: 'alias-request', request }))
  }

  /** Moves the alias. @throws RegiaError `NOT_FOUND`, `CONFLICT` where it has moved since or the request is decided, `UNAUTHORIZED` for who asked. */
  approve(id: number, { by, comment }: Decision): Promise<AliasRequest> {
    return this.#decide(async (transaction, at) => {
      const decided = await decideRequest(transaction, { id, status: 'approved', by, comment, at })
      const { model, alias, version, requestedBy, reason } = decided
      await getVersion(transaction, model, version)
      await moveAndTell(
        { transaction, at, tell: this.#writer.tellOf(transaction, model) },
        {
          ...{ model, alias, toVersion: version },
          by: `${by} (asked for by ${requestedBy})`,
          reason: [reason, comment].filter(Boolean).join(' '),
        },
      )
      return decided
    })
  }

  /** @throws RegiaError `NOT_FOUND`, `CONFLICT`. */
  reject(id: number, { by, comment }: Decision): Promise<AliasRequest> {
    return this.#decide((transaction, at) => decideRequest(transaction, { id, status: 'rejected', by, comment, at }))
  }

  /** @throws RegiaError `NOT_FOUND`, `CONFLICT`. */
  withdraw(id: number, { by, comment }: Decision): Promise<AliasRequest> {
    return this.#decide((transaction, at) => decideRequest(transaction, { id, status: 'withdrawn', by, comment, at }))
  }

  async #decide(work: (transaction: Connection, at: string) => Promise<AliasRequest>): Promise<AliasRequest> {
    const decided = await this.#writer.transact(work)
    this.#writer.announce(decided.model)
    return decided
  }
}

/** @throws RegiaError `CONFLICT` for an alias that moves only by a request. */
export async function assertUnprotected(
  connection: Connection,
  { model, alias, version }: { readonly model: string; readonly alias: string; readonly version: number },
): Promise<void> {
  const { protectedAliases } = await getModel(connection, model)
  if (!protectedAliases.includes(alias)) return
  throw new RegiaError('CONFLICT', `The alias "${alias}" of "${model}" is protected: it moves only with approval.`, {
    where: `${model}@${alias}`,
    hint: `Ask for it: regia models request ${model}@${version} --alias ${alias} --reason "…"`,
  })
}
