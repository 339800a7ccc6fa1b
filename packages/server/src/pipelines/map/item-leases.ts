import { type LeaseReport, type StepEvent, toIso } from '@regia/core'
import type { Connection, Database } from '../../database/database.ts'
import type { Moment } from '../advance-run.ts'
import { outputsProblem } from '../finish-step.ts'
import { leaseLost, type Orchestrator } from '../orchestrator.ts'
import type { RunWork } from '../run-work.ts'
import type { VersionStore } from '../version-store.ts'
import { failMappedStep } from './carry-on-map.ts'
import { failItem, giveBackItem, succeedItem, type Touched } from './finish-item.ts'
import { ItemGrants } from './grant-items.ts'
import { errorOfMap } from './hopeless-map.ts'
import { appendItemEvents } from './item-events.ts'
import { findOverdueItems } from './item-queue.ts'
import { findHeldItem, type Item, isDone, isHopeless, isItemCancelled } from './map-store.ts'

export type ItemLeaseDeps = {
  readonly database: Database
  readonly orchestrator: Orchestrator
  readonly versions: VersionStore
  readonly leaseMs: number
  /** The elements of a mapped step have all come to an end. */
  readonly onDone: (runId: string, step: string) => void
}

/**
 * Hands attempts of elements to workers and takes their results, as the lease service does for steps, and with the same tokens. An element
 * is one row and a mapped step a few counters: none of this reads the run's other steps, until the mapped step comes to its end.
 */
export class ItemLeases {
  readonly grants: ItemGrants
  readonly #deps: ItemLeaseDeps

  constructor(deps: ItemLeaseDeps) {
    this.#deps = deps
    this.grants = new ItemGrants(deps)
  }

  async heartbeat(
    id: string,
    token: number,
    events: readonly StepEvent[],
  ): Promise<{ readonly expiresAt: string; readonly cancel: boolean; readonly runId: string | undefined }> {
    const { database, orchestrator, leaseMs } = this.#deps
    const now = orchestrator.now()
    return database.transaction().execute(async (transaction) => {
      const held = await findHeldItem(transaction, id, token)
      if (!held) {
        if (await isItemCancelled(transaction, id)) return { expiresAt: now.iso, cancel: true, runId: undefined }
        throw leaseLost(id)
      }
      const { attempts, metrics } = await appendItemEvents(transaction, held, events, now.ms)
      const expiresAt = now.ms + leaseMs
      await transaction
        .updateTable('map_item')
        .set({ expires_at: expiresAt, attempts, metrics })
        .where('id', '=', id)
        .execute()
      return { expiresAt: toIso(expiresAt), cancel: false, runId: held.run_id }
    })
  }

  /** Takes the result of an attempt: once, and only from who holds the lease. @returns The run; `undefined` when nobody wants the result any more. */
  async report(
    id: string,
    report: LeaseReport,
    missingBlob: string | undefined,
    events: readonly StepEvent[],
  ): Promise<string | undefined> {
    return this.#change(async (connection, now) => {
      const held = await findHeldItem(connection, id, report.leaseToken)
      if (!held) {
        if (report.status === 'cancelled' && (await isItemCancelled(connection, id)))
          return { touched: [], reply: undefined }
        throw leaseLost(id)
      }
      const item = await appendItemEvents(connection, held, events, now.ms)
      return { touched: await this.#apply(connection, item, report, missingBlob, now), reply: item.run_id }
    })
  }

  /** Gives up attempts whose worker has not been heard of for too long. */
  async expire(): Promise<void> {
    const { database, orchestrator } = this.#deps
    if ((await findOverdueItems(database, orchestrator.now().ms)).length === 0) return
    await this.#change(async (connection, now) => {
      const touched: Touched[] = []
      for (const item of await findOverdueItems(connection, now.ms)) {
        const message = `Worker "${item.worker}" was not heard of any more while it ran element ${item.number} of step "${item.step}".`
        const lost = { status: 'lost', error: { code: 'LEASE_LOST', message }, isRetryable: true } as const
        touched.push(await failItem(connection, item, await this.#stepOf(connection, item), lost, now))
      }
      // What a step came to be last is how it stands.
      return { touched: touched.flat().reverse(), reply: undefined }
    })
  }

  /** Runs a change of elements as one transaction, then sees to the mapped steps that came to their end by it. */
  async #change<Reply>(
    work: (connection: Connection, now: Moment) => Promise<{ readonly touched: Touched; readonly reply: Reply }>,
  ): Promise<Reply> {
    const { orchestrator, onDone } = this.#deps
    const { reply, done } = await orchestrator.change(async (connection, now) => {
      const { touched, reply: answer } = await work(connection, now)
      const open = latestOf(touched).filter(({ state }) => state === 'open')
      const works = new Map<string, RunWork>()
      for (const map of open.filter(isHopeless)) {
        const run = works.get(map.run_id) ?? (await orchestrator.load(connection, map.run_id))
        works.set(map.run_id, run)
        failMappedStep(run, map.step, await errorOfMap(connection, map), now)
      }
      const finished = open.filter((map) => isDone(map) && !isHopeless(map))
      return { changed: [...works.values()], reply: { reply: answer, done: finished } }
    })
    for (const { run_id, step } of done) onDone(run_id, step)
    return reply
  }

  async #apply(
    connection: Connection,
    item: Item,
    report: LeaseReport,
    missingBlob: string | undefined,
    now: Moment,
  ): Promise<Touched> {
    const step = await this.#stepOf(connection, item)
    if (report.status === 'cancelled') return giveBackItem(connection, item, step, now)
    if (report.status === 'failed') return failItem(connection, item, step, { ...report, status: 'failed' }, now)
    const problem = outputsProblem(step, report.outputs)
    if (problem) {
      const failure = { status: 'failed', error: problem.toBody(), isRetryable: false } as const
      return failItem(connection, item, step, failure, now)
    }
    if (missingBlob === undefined) return succeedItem(connection, item, report.outputs, now)
    const message = `Output "${missingBlob}" of element ${item.number} of step "${item.step}" is not in the blob store.`
    const error = { code: 'BLOB_MISSING', message } as const
    return failItem(connection, item, step, { status: 'failed', error, isRetryable: true }, now)
  }

  async #stepOf(connection: Connection, { pipeline, pipeline_version, step }: Item) {
    const found = (await this.#deps.versions.get(connection, pipeline, pipeline_version)).stepsById.get(step)
    if (!found) throw new Error(`unreachable: version ${pipeline_version} has no step "${step}"`)
    return found
  }
}

/** Each map once, as it stands after the change: what comes first is newest. */
const latestOf = (touched: Touched): Touched =>
  touched.filter((map, i) => touched.findIndex(({ step_run_id }) => step_run_id === map.step_run_id) === i)
