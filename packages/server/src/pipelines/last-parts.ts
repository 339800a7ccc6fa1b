import type { Connection } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'
import type { KeyParts } from './cache-key.ts'

/** After so many questions about single steps it is cheaper to read them all. */
const MAX_SINGLE_READS = 8

/** What the last decision about each step of a pipeline was made from. */
export class LastParts {
  readonly #connection: Connection
  readonly #pipeline: string
  #reads = 0
  #all: ReadonlyMap<string, KeyParts> | undefined

  constructor(connection: Connection, pipeline: string) {
    this.#connection = connection
    this.#pipeline = pipeline
  }

  async find(step: string): Promise<KeyParts | undefined> {
    if (this.#all === undefined && this.#reads++ < MAX_SINGLE_READS) return this.#readOne(step)
    this.#all ??= await this.#readAll()
    return this.#all.get(step)
  }

  async #readOne(step: string): Promise<KeyParts | undefined> {
    const row = await this.#rows().where('step', '=', step).executeTakeFirst()
    return row && decodeJson(row.parts)
  }

  async #readAll(): Promise<ReadonlyMap<string, KeyParts>> {
    const rows = await this.#rows().execute()
    return new Map(rows.map(({ step, parts }) => [step, decodeJson(parts)]))
  }

  #rows() {
    return this.#connection.selectFrom('last_decision').select(['step', 'parts']).where('pipeline', '=', this.#pipeline)
  }
}
