import {
  type Backfill,
  type BackfillId,
  type BackfillItem,
  type BackfillSpec,
  type Page,
  RegiaError,
  type RunStatus,
  toIso,
} from '@regia/core'
import { pageOf } from '../../http/paging.ts'
import type { ScheduleDeps } from '../schedule-deps.ts'
import type { ItemState } from '../tables.ts'
import {
  type BackfillQuery,
  changeItem,
  countByState,
  findBackfill,
  type Item,
  insertBackfill,
  itemsIn,
  listBackfills,
  listItems,
  moveItems,
  runningBackfills,
  setStatus,
  startItem,
} from './backfill-store.ts'
import { backfillParams } from './windows.ts'

export type BackfillDeps = Pick<ScheduleDeps, 'database' | 'runs' | 'publish' | 'clock' | 'newId' | 'onError'>

const STATE_OF_ENDED: { readonly [Status in RunStatus]: ItemState | undefined } = {
  queued: undefined,
  running: undefined,
  paused: undefined,
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
}
const ITEM_STATUSES = ['waiting', 'running', 'succeeded', 'failed', 'cancelled'] as const

/** One run for each window or value of a span, a few at once. Each item keeps the id of its run from before it starts, so that none runs twice. */
export class BackfillService {
  readonly #deps: BackfillDeps

  constructor(deps: BackfillDeps) {
    this.#deps = deps
  }

  /** Keeps the back-fill with all its windows and starts the first ones. @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`. */
  async start(given: BackfillSpec): Promise<Backfill> {
    const { database, runs, clock, newId, publish } = this.#deps
    const { channel, version: wanted, ...rest } = given
    if (channel !== undefined && wanted !== undefined) {
      throw new RegiaError('INVALID_INPUT', 'A back-fill is of a version or of a channel, not of both.', {
        where: 'channel',
      })
    }
    // Every window runs the same version, whatever is deployed in the meantime.
    const { version } = await runs.version(given.pipeline, { version: wanted, channel })
    const spec: BackfillSpec = { ...rest, version, ...(channel !== undefined && { channel }) }
    const params = backfillParams(spec)
    if (params[0]) await runs.assertParams(spec.pipeline, version, params[0])
    const id = newId('backfill')
    await database
      .transaction()
      .execute((connection) => insertBackfill(connection, { id, spec, createdAt: toIso(clock()) }, params))
    publish('backfill', id)
    await this.#carryOn(id)
    return this.get(id)
  }

  async list(query: BackfillQuery): Promise<Page<Backfill>> {
    const { items, total } = await listBackfills(this.#deps.database, query)
    return pageOf(items, total, query.offset)
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async get(id: string): Promise<Backfill> {
    const backfill = await findBackfill(this.#deps.database, id)
    if (backfill) return backfill
    throw new RegiaError('NOT_FOUND', `There is no back-fill "${id}".`, {
      hint: 'List them with "regia backfill list".',
    })
  }

  /** The windows or values in their order; `status` may name several, comma-separated. @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`. */
  async items(
    id: string,
    query: { readonly status?: string | undefined; readonly limit: number; readonly offset: number },
  ): Promise<Page<BackfillItem>> {
    await this.get(id)
    const { database, runs } = this.#deps
    const states = query.status === undefined ? undefined : statesOf(query.status)
    const { items, total } = await listItems(database, id, { ...query, ...(states && { states }) })
    const found = await runs.find(items.flatMap(({ runId }) => runId ?? []))
    const views = items.map(({ index, params, state, runId, error }): BackfillItem => {
      const run = runId && found.get(runId)
      const status = state === 'starting' ? 'running' : state
      return { index, params: { ...params }, status, ...(run && { run }), ...(error && { error }) }
    })
    return pageOf(views, total, query.offset)
  }

  /** Runs again what failed or was cancelled. @throws RegiaError `NOT_FOUND`, `CONFLICT` where there is nothing of that. */
  async restart(id: BackfillId): Promise<Backfill> {
    const { database, publish } = this.#deps
    await this.get(id)
    await database.transaction().execute(async (connection) => {
      const count = await moveItems(connection, id, ['failed', 'cancelled'], 'waiting')
      if (count === 0) throw new RegiaError('CONFLICT', `Nothing of back-fill "${id}" failed or was cancelled.`)
      await setStatus(connection, id, 'running', null)
    })
    publish('backfill', id)
    await this.#carryOn(id)
    return this.get(id)
  }

  /** What waits does not start, what runs is cancelled. @throws RegiaError `NOT_FOUND`, `CONFLICT` when it is over. */
  async cancel(id: string): Promise<Backfill> {
    const { database, runs, clock, publish } = this.#deps
    const { status } = await this.get(id)
    if (status !== 'running') {
      throw new RegiaError('CONFLICT', `Back-fill "${id}" is over (${status}); there is nothing to cancel.`)
    }
    const underWay = await itemsIn(database, id, ['starting', 'running'])
    await database.transaction().execute(async (connection) => {
      await moveItems(connection, id, ['waiting', 'starting'], 'cancelled')
      await setStatus(connection, id, 'cancelled', toIso(clock()))
    })
    for (const { runId } of underWay) if (runId) await runs.cancel(runId)
    await this.#closeOver(id)
    publish('backfill', id)
    return this.get(id)
  }

  /** The scheduler's turn: starts what has room, also after an earlier process. */
  async turn(): Promise<void> {
    const { database, onError } = this.#deps
    for (const id of await runningBackfills(database)) await this.#carryOn(id).catch(onError)
  }

  async #carryOn(id: BackfillId): Promise<void> {
    const { database } = this.#deps
    const { spec } = await this.get(id)
    await this.#closeOver(id)
    for (const item of await itemsIn(database, id, ['starting'])) await this.#startRun(id, spec, item)
    for (const item of await itemsIn(database, id, ['waiting'], spec.concurrency)) {
      const runId = this.#deps.newId('run')
      if (!(await startItem(database, item, runId, spec.concurrency))) break
      await this.#startRun(id, spec, { ...item, state: 'starting', runId })
    }
    await this.#settle(id)
  }

  async #startRun(id: BackfillId, spec: BackfillSpec, item: Item): Promise<void> {
    const { database, runs, publish } = this.#deps
    const { pipeline, version } = spec
    if (item.runId === undefined) throw new Error(`unreachable: item ${item.index} of ${id} starts without a run`)
    const trigger = { kind: 'backfill' as const, backfillId: id, index: item.index }
    try {
      await runs.start({ id: item.runId, pipeline, version, params: item.params, trigger })
    } catch (error) {
      if (!(error instanceof RegiaError)) throw error
      await changeItem(database, item, { state: 'failed', error: error.toBody() })
      publish('backfill', id)
      return
    }
    const isRunning = await changeItem(database, item, { state: 'running' })
    // Cancelled while it was starting: it must not go on.
    if (!isRunning && (await this.get(id)).status === 'cancelled') await runs.cancel(item.runId)
    publish('backfill', id)
  }

  async #closeOver(id: string): Promise<void> {
    const { database, runs, publish } = this.#deps
    const running = await itemsIn(database, id, ['running'])
    if (running.length === 0) return
    const found = await runs.find(running.flatMap(({ runId }) => runId ?? []))
    let hasChanged = false
    for (const item of running) {
      const run = item.runId && found.get(item.runId)
      // A run that was taken away with the garbage can say no more how it ended.
      const state = run ? STATE_OF_ENDED[run.status] : 'cancelled'
      if (state !== undefined) hasChanged = (await changeItem(database, item, { state })) || hasChanged
    }
    if (hasChanged) publish('backfill', id)
  }

  async #settle(id: BackfillId): Promise<void> {
    const { database, clock, publish } = this.#deps
    const isOver = await database.transaction().execute(async (connection) => {
      const counts = await countByState(connection, id)
      const isGoing = (['waiting', 'starting', 'running'] as const).some((state) => (counts.get(state) ?? 0) > 0)
      if (isGoing || (await findBackfill(connection, id))?.status !== 'running') return false
      const isRed = (counts.get('failed') ?? 0) + (counts.get('cancelled') ?? 0) > 0
      await setStatus(connection, id, isRed ? 'failed' : 'succeeded', toIso(clock()))
      return true
    })
    if (isOver) publish('backfill', id)
  }
}

/** @throws RegiaError `INVALID_INPUT` naming what is no status. */
function statesOf(text: string): readonly ItemState[] {
  return text.split(',').flatMap((each): readonly ItemState[] => {
    const status = ITEM_STATUSES.find((known) => known === each)
    if (status) return status === 'running' ? ['starting', 'running'] : [status]
    throw new RegiaError('INVALID_INPUT', `"${each}" is no status of an item.`, {
      where: 'query.status',
      hint: `There is: ${ITEM_STATUSES.join(', ')}.`,
    })
  })
}
