import { sql } from 'kysely'
import type { Reader } from '../../database/reader.ts'

const MAX_KEPT = 20_000

/** The numbers of keys, kept in mind once they were read: a key never gets another one, and is never taken away. */
export class KeyNumbers {
  readonly #reader: Reader
  readonly #known = new Map<string, number>()

  constructor(reader: Reader) {
    this.#reader = reader
  }

  /** Of each name that is a key its number. */
  async find(names: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const missing = names.filter((name) => !this.#known.has(name))
    if (missing.length > 0) await this.#learn(missing)
    return new Map(names.flatMap((name) => this.#entryOf(name)))
  }

  #entryOf(name: string): readonly (readonly [string, number])[] {
    const id = this.#known.get(name)
    return id === undefined ? [] : [[name, id]]
  }

  async #learn(names: readonly string[]): Promise<void> {
    const rows = await this.#reader.read(sql<{ id: number; name: string }>`
      select id, name from tracking_key where name in (select value from json_each(${JSON.stringify(names)}))`)
    if (this.#known.size > MAX_KEPT) this.#known.clear()
    for (const { id, name } of rows) this.#known.set(name, id)
  }
}
