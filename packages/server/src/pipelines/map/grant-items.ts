import { type LeasedStep, type StepRunId, toIso } from '@regia/core'
import type { Connection } from '../../database/database.ts'
import { decodeJson, encodeJson } from '../../database/json-text.ts'
import type { Moment } from '../advance-run.ts'
import { describeLease, takeTokens } from '../grant-lease.ts'
import type { ResolvedInputs } from '../resolve-inputs.ts'
import type { VersionStore } from '../version-store.ts'
import { changeLast } from './item-events.ts'
import { findOpenMaps, findQueuedItems, type OpenMap } from './item-queue.ts'
import { count } from './map-store.ts'
import type { ItemRow } from './tables.ts'

/** What of a worker's machine is free. It is taken from as attempts are leased. */
export type Free = { cpu: number; memoryMb: number; limit: number; isIdle: boolean }

/** Mapped steps whose common inputs are kept in memory, decoded. */
const MAX_KEPT_INPUTS = 32

/** Gives queued elements to workers, each under a token of its own. */
export class ItemGrants {
  readonly #deps: { readonly versions: VersionStore; readonly leaseMs: number }
  readonly #inputs = new Map<string, ResolvedInputs>()

  constructor(deps: { readonly versions: VersionStore; readonly leaseMs: number }) {
    this.#deps = deps
  }

  /** Leases elements into what is free, those of the step first of which the fewest run. */
  async lease(connection: Connection, worker: string, free: Free, now: Moment): Promise<readonly LeasedStep[]> {
    const leased: LeasedStep[] = []
    for (const map of await findOpenMaps(connection)) {
      if (free.limit <= 0) break
      leased.push(...(await this.#leaseOf(connection, map, worker, free, now)))
    }
    return leased
  }

  async #leaseOf(
    connection: Connection,
    map: OpenMap,
    worker: string,
    free: Free,
    now: Moment,
  ): Promise<readonly LeasedStep[]> {
    const version = await this.#deps.versions.get(connection, map.pipeline, map.pipeline_version)
    const step = version.stepsById.get(map.step)
    if (!step?.map) throw new Error(`unreachable: version ${version.version} has no mapped step "${map.step}"`)
    const { input } = step.map
    const fitting = roomFor(step, free, (map.concurrency ?? Number.POSITIVE_INFINITY) - map.running)
    const items = fitting > 0 ? await findQueuedItems(connection, map.step_run_id, now.ms, fitting) : []
    if (items.length === 0) return []
    const firstToken = (await takeTokens(connection, items.length)) - items.length + 1
    const inputs = this.#inputsOf(map)
    const leased: LeasedStep[] = []
    for (const [i, row] of items.entries()) {
      const granted = await this.#grant(connection, row, firstToken + i, worker, now)
      leased.push({
        ...describeLease(version, step),
        ...granted,
        runId: map.run_id,
        inputs: { ...inputs, [input]: elementInput(step.inputTypes[input]!, row) },
        item: { index: row.number, count: map.total },
        seed: row.key,
      })
    }
    await count(connection, map.step_run_id, { queued: -items.length, running: items.length })
    free.cpu -= step.cpu * items.length
    free.memoryMb -= step.memoryMb * items.length
    free.limit -= items.length
    free.isIdle = false
    return leased
  }

  async #grant(connection: Connection, row: ItemRow, token: number, worker: string, now: Moment) {
    const expiresAt = now.ms + this.#deps.leaseMs
    const attempts = changeLast(decodeJson(row.attempts), { status: 'running', leasedAt: now.iso, worker })
    await connection
      .updateTable('map_item')
      .set({ status: 'running', token, worker, expires_at: expiresAt, attempts: encodeJson(attempts) })
      .where('id', '=', row.id)
      .execute()
    return {
      leaseToken: token,
      expiresAt: toIso(expiresAt),
      // Filled from the id factory only.
      stepRunId: row.id as StepRunId,
      attempt: attempts.length,
    }
  }

  #inputsOf({ step_run_id: id, inputs }: OpenMap): ResolvedInputs {
    const kept = this.#inputs.get(id) ?? decodeJson(inputs)
    if (this.#inputs.size >= MAX_KEPT_INPUTS && !this.#inputs.has(id))
      this.#inputs.delete(this.#inputs.keys().next().value ?? '')
    this.#inputs.set(id, kept)
    return kept
  }
}

/** What is too big for any worker runs alone on an idle one, rather than never. */
function roomFor(step: { readonly cpu: number; readonly memoryMb: number }, free: Free, ofConcurrency: number): number {
  const fitting = Math.floor(Math.min(free.cpu / step.cpu, free.memoryMb / step.memoryMb) + 1e-9)
  return Math.min(Math.max(fitting, free.isIdle ? 1 : 0), free.limit, ofConcurrency)
}

function elementInput(type: ResolvedInputs[string]['type'], { element }: ItemRow): ResolvedInputs[string] {
  const artifact = decodeJson(element)
  const isInline = artifact.kind === 'value' || artifact.kind === 'report'
  return isInline
    ? { type, value: artifact.value, artifacts: [], isList: false }
    : { type, artifacts: [artifact], isList: false }
}
