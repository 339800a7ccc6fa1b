import type { Moment } from '../advance-run.ts'
import type { VersionStore } from '../version-store.ts'
import { carryOnMap } from './carry-on-map.ts'
import { promoteWaiting } from './equal-elements.ts'
import type { ExpandDeps } from './expand-map.ts'
import { ItemLeases } from './item-leases.ts'

export type MapDeps = ExpandDeps & {
  readonly versions: VersionStore
  readonly leaseMs: number
  /** Keeps track of what the process does beside its requests. */
  readonly keepUnderWay: (work: Promise<void>) => void
}

/** Mapped steps: one attempt for each element of an input. */
export class MapService {
  readonly leases: ItemLeases
  readonly #deps: MapDeps
  /** Mapped steps that this process sees to at this moment, and whether there is a reason to look again. */
  readonly #underWay = new Map<string, { again: boolean }>()

  constructor(deps: MapDeps) {
    this.#deps = deps
    this.leases = new ItemLeases({ ...deps, onDone: (runId, step) => this.carryOn(runId, step) })
  }

  /** Takes a mapped step as far as it goes without a worker, in the background. One at a time for each step. */
  carryOn(runId: string, step: string): void {
    const key = `${runId} ${step}`
    const underWay = this.#underWay.get(key)
    if (underWay) underWay.again = true
    else this.#deps.keepUnderWay(this.#carryOn(key, runId, step))
  }

  /** After a start: elements that waited for the result of one that no longer is under way are queued themselves. */
  async resume(now: Moment): Promise<void> {
    await this.#deps.database.transaction().execute((transaction) => promoteWaiting(transaction, now))
  }

  async #carryOn(key: string, runId: string, step: string): Promise<void> {
    const entry = { again: false }
    this.#underWay.set(key, entry)
    try {
      do {
        entry.again = false
        await carryOnMap(this.#deps, runId, step)
      } while (entry.again)
    } finally {
      this.#underWay.delete(key)
    }
  }
}
