import { keyFault, RegiaError } from '@regia/core'
import { sql, type Transaction } from 'kysely'
import { bulkRows } from '../database/bulk-rows.ts'
import type { Tables } from '../database/database.ts'

const MAX_KEPT = 50_000

/** The numbers of keys, those that were used lately in memory. A key is never taken away, so what is known stays true. */
export class KeyIds {
  readonly #known = new Map<string, number>()

  /** Of every name its number; new ones are made. What it finds is kept in mind by `remember`, after the commit. */
  async ensure(transaction: Transaction<Tables>, names: Iterable<string>): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>()
    const missing = new Set<string>()
    for (const name of names) {
      const id = this.#known.get(name)
      if (id === undefined) missing.add(name)
      else found.set(name, id)
    }
    if (missing.size > 0) await makeKeys(transaction, [...missing], found)
    return found
  }

  remember(ids: ReadonlyMap<string, number>): void {
    for (const [name, id] of ids) this.#known.set(name, id)
    for (const name of this.#known.keys()) {
      if (this.#known.size <= MAX_KEPT) return
      this.#known.delete(name)
    }
  }

  /** A name with a number has been looked at already. @throws RegiaError `INVALID_INPUT`. */
  assertKeys(entries: readonly { readonly key: string }[], what: string): void {
    for (const [i, { key }] of entries.entries()) {
      if (!this.#known.has(key)) assertKey(key, `${what}[${i}].key`)
    }
  }
}

function assertKey(key: string, where: string): void {
  const fault = keyFault(key)
  if (fault === undefined) return
  throw new RegiaError('INVALID_INPUT', `The key "${key.slice(0, 300)}" ${fault}.`, {
    where,
    hint: 'Name it like "train/loss" or "depth".',
  })
}

async function makeKeys(transaction: Transaction<Tables>, names: readonly string[], found: Map<string, number>) {
  const rows = bulkRows(
    ['name'],
    names.map((name) => [name]),
  )
  await sql`insert into tracking_key (name) select name from ${rows} where true on conflict do nothing`.execute(
    transaction,
  )
  const ids = await sql<{ id: number; name: string }>`
    select id, name from tracking_key where name in (select name from ${rows})
  `.execute(transaction)
  for (const { id, name } of ids.rows) found.set(name, id)
}
