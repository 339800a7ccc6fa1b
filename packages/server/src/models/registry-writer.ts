import { type AliasMove, type RegistryChange, toIso } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { moveAlias } from './aliases.ts'
import type { ModelDeps } from './model-deps.ts'
import { getModel } from './read-models.ts'

/** What is told of a change, apart from the model. */
type Told<Change = RegistryChange> = Change extends RegistryChange ? Omit<Change, 'model'> : never
export type Tell = (change: Told) => Promise<void>

/** What a change works with: its transaction, its time, and who hears of it. */
export type Write = { readonly transaction: Connection; readonly at: string; readonly tell: Tell }

/** Changes of the registry: each one transaction, of which everybody hears once it is committed. */
export class RegistryWriter {
  readonly #deps: Pick<ModelDeps, 'database' | 'events' | 'clock' | 'tell'>

  constructor(deps: Pick<ModelDeps, 'database' | 'events' | 'clock' | 'tell'>) {
    this.#deps = deps
  }

  async change<Result>(model: string, work: (write: Write) => Promise<Result>): Promise<Result> {
    const result = await this.transact((transaction, at) =>
      work({ transaction, at, tell: this.tellOf(transaction, model) }),
    )
    this.announce(model)
    return result
  }

  /** Of which nobody hears; see {@link announce}. */
  transact<Result>(work: (transaction: Connection, at: string) => Promise<Result>): Promise<Result> {
    const { database, clock } = this.#deps
    return database.transaction().execute((transaction) => work(transaction, toIso(clock())))
  }

  announce(model: string): void {
    this.#deps.events.publish('model', model)
  }

  tellOf(transaction: Connection, name: string): Tell {
    return async (change) => {
      const { tell } = this.#deps
      if (!tell) return
      const { description, tags } = await getModel(transaction, name)
      await tell(transaction, { ...change, model: { name, description, tags } })
    }
  }
}

/** Moves an alias, or takes it away; one that stands there already does not move. */
export async function moveAndTell({ transaction, at, tell }: Write, move: Omit<AliasMove, 'fromVersion' | 'at'>) {
  if (!(await moveAlias(transaction, { ...move, at }))) return
  const { alias, toVersion: version } = move
  await tell(version === undefined ? { kind: 'alias-deleted', alias } : { kind: 'alias-set', alias, version })
}
