import type { RegiaClient } from 'regia'
import { pause } from './days.ts'

/** While a retraining runs the clock slows down, as it would beside months of real time; traffic goes on. */
const HOUR_WHILE_RETRAINING_MS = 250
const LOOK_EVERY_MS = 300

export class Pace {
  readonly #client: RegiaClient
  #isRetraining = false
  #lookedAt = 0

  constructor(client: RegiaClient) {
    this.#client = client
  }

  /** Called once an hour of the replay. */
  async hold(): Promise<void> {
    if (Date.now() - this.#lookedAt > LOOK_EVERY_MS) {
      this.#lookedAt = Date.now()
      const [latest] = (await this.#client.runs.list({ limit: 1 })).items
      this.#isRetraining = latest?.status === 'running' || latest?.status === 'queued'
    }
    if (this.#isRetraining) await pause(HOUR_WHILE_RETRAINING_MS)
  }
}
