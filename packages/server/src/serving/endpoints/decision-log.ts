import { type Clock, type Decision, type IdFactory, toIso } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import type { CountStore } from '../log-consumer/index.ts'
import type { EndpointStore } from './endpoint-store.ts'

/** What was decided, before it has an id and a time. */
export type NewDecision = Omit<Decision, 'id' | 'endpoint' | 'at' | 'eventTime'>

export type DecisionLogDeps = {
  readonly store: EndpointStore
  readonly counts: CountStore
  readonly publish: (type: 'decision', id: string) => void
  readonly clock: Clock
  readonly newId: IdFactory
}

/** Every decision about endpoints, with the figures on which it was taken. */
export class DecisionLog {
  readonly #deps: DecisionLogDeps

  constructor(deps: DecisionLogDeps) {
    this.#deps = deps
  }

  /** Gives a decision its id and times. */
  async make(endpoint: string, decision: NewDecision): Promise<Decision> {
    const { counts, clock, newId } = this.#deps
    const watermark = await counts.findWatermark(endpoint)
    return {
      ...decision,
      id: newId('decision'),
      endpoint,
      ...(watermark && { eventTime: toIso(watermark.at) }),
      at: toIso(clock()),
    }
  }

  async add(endpoint: string, decision: NewDecision): Promise<void> {
    await this.#deps.store.addDecision(await this.make(endpoint, decision))
    this.#deps.publish('decision', endpoint)
  }

  /** Keeps a decision together with what it changes. Tell the others with {@link published} once the transaction has committed. */
  insert(connection: Connection, decision: Decision): Promise<void> {
    return this.#deps.store.insertDecision(connection, decision)
  }

  published(endpoint: string): void {
    this.#deps.publish('decision', endpoint)
  }
}
