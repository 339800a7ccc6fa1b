import {
  type Alert,
  type Clock,
  type Decision,
  type IdFactory,
  type Notification,
  type Notifier,
  type NotifierSpec,
  type Page,
  RegiaError,
  type RunSummary,
  toIso,
} from '@regia/core'
import type { Connection, Database } from '../database/database.ts'
import { suggest } from '../http/near-names.ts'
import { pageOf } from '../http/paging.ts'
import { type DeliverDeps, deliver } from './deliver.ts'
import {
  type FailedSchedule,
  type Message,
  messageOfAlert,
  messageOfApproval,
  messageOfDecision,
  messageOfSchedule,
  messagesOfRun,
} from './messages.ts'
import {
  bringForward,
  deleteNotifier,
  dueNotifications,
  endAttempt,
  findNotification,
  findNotifier,
  findPosition,
  forgetTold,
  insertNotification,
  listNotifications,
  markTold,
  type NotificationQuery,
  notifierSpecs,
  putNotifier,
  putPosition,
  takeNotification,
  tell,
  toldSpan,
} from './outbox.ts'
import { unknownType } from './via/index.ts'

export type NotificationDeps = DeliverDeps & {
  readonly database: Database
  /** What notifications need of runs. */
  readonly runs: {
    readonly endedSince: (at: string) => Promise<readonly RunSummary[]>
    readonly hasFailedBefore: (connection: Connection, run: RunSummary) => Promise<boolean>
    readonly pendingApprovals: () => Promise<
      readonly { readonly run: RunSummary; readonly step: string; readonly question: string }[]
    >
  }
  /** What notifications need of alerts, numbered in the order in which they opened. */
  readonly alerts: {
    readonly lastNumber: () => Promise<number>
    readonly after: (
      number: number,
      limit: number,
    ) => Promise<readonly { readonly number: number; readonly alert: Alert }[]>
  }
  readonly publish: (type: 'notification', id: string) => void
  readonly clock: Clock
  readonly newId: IdFactory
  readonly onError: (error: unknown) => void
}

/** How long to wait after each attempt that failed; after the last one it is given up. */
const WAITS_MS = [10_000, 30_000, 120_000, 600_000, 1_800_000, 7_200_000, 21_600_000] as const
/** Longer than any attempt: one that is still not ended after it died with its process. */
const LEASE_MS = 20_000
const PER_TURN = 50
const ALERTS = 'alerts'
/** So far back a start looks for what an earlier process did not come to tell. */
const LOOK_BACK_MS = 3_600_000
const REMEMBER_MS = 90 * 86_400_000

/** Who is told of what: rows written with what happened, sent afterwards, at least once each. */
export class NotificationService {
  readonly #deps: NotificationDeps
  readonly #stop = new AbortController()

  constructor(deps: NotificationDeps) {
    this.#deps = deps
  }

  /** Tells of what happened while an earlier process died before it could; the first start of all tells of nothing. */
  async start(): Promise<void> {
    const { database, clock, runs, alerts } = this.#deps
    const now = clock()
    if ((await findPosition(database, ALERTS)) === undefined) {
      await putPosition(database, ALERTS, await alerts.lastNumber())
      await markTold(database, 'the first start', toIso(now))
    }
    const { first, last } = await toldSpan(database, toIso(now))
    const since = Math.max(Date.parse(first), Date.parse(last) - LOOK_BACK_MS)
    for (const run of await runs.endedSince(toIso(since))) await this.#tellRun(run)
    for (const { run, step, question } of await runs.pendingApprovals()) await this.approvalWanted(run, step, question)
    await bringForward(database, now, LEASE_MS)
    await forgetTold(database, toIso(now - REMEMBER_MS))
  }

  /** Sends what is due once more, for at most so long; what is cut off is sent again after the next start. */
  async finish(withinMs: number): Promise<void> {
    const timer = setTimeout(() => this.#stop.abort(), withinMs)
    await this.turn()
    clearTimeout(timer)
    this.#stop.abort()
  }

  /** A run came to an end. */
  async runSettled(run: RunSummary): Promise<void> {
    await this.#tellRun(run)
  }

  /** An approve step asks a person. */
  async approvalWanted(run: RunSummary, step: string, question: string): Promise<void> {
    const at = toIso(this.#deps.clock())
    await this.#deps.database
      .transaction()
      .execute((connection) => this.#tell(connection, [messageOfApproval(run, step, question, at)]))
  }

  /** A schedule could not start its run; told within the transaction that notes it. */
  async scheduleFailed(connection: Connection, failed: FailedSchedule): Promise<void> {
    await this.#tell(connection, [messageOfSchedule(failed)])
  }

  /** Something was decided about an endpoint; told within the transaction that keeps it. */
  async releaseDecided(connection: Connection, decision: Decision): Promise<void> {
    const message = messageOfDecision(decision)
    if (message) await this.#tell(connection, [message])
  }

  async list({ limit, offset }: { readonly limit: number; readonly offset: number }): Promise<Page<Notifier>> {
    const specs = await notifierSpecs(this.#deps.database)
    const items = await Promise.all(specs.slice(offset, offset + limit).map((spec) => this.#viewOf(spec)))
    return pageOf(items, specs.length, offset)
  }

  /** Creates the notifier, or changes it to this. @throws RegiaError `INVALID_INPUT` for a type that the project does not bring. */
  async apply(spec: NotifierSpec): Promise<Notifier> {
    const { database, clock, custom, publish } = this.#deps
    const { via } = spec
    if (via.kind === 'custom' && !Object.hasOwn(custom, via.type)) throw unknownType(via.type, Object.keys(custom))
    await putNotifier(database, spec, toIso(clock()))
    publish('notification', spec.name)
    return this.#viewOf(spec)
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async remove(name: string): Promise<void> {
    await this.#getSpec(name)
    await this.#deps.database.transaction().execute((connection) => deleteNotifier(connection, name))
    this.#deps.publish('notification', name)
  }

  /** Sends a trial message now, once. @throws RegiaError `NOT_FOUND`. */
  async test(name: string): Promise<Notification> {
    const { database, clock, newId } = this.#deps
    const spec = await this.#getSpec(name)
    const now = clock()
    const message: Message = {
      event: spec.events[0] ?? 'run-failed',
      occasion: `trial:${newId('request')}`,
      title: `A trial message of notifier "${name}"`,
      text: `Nothing happened. It tells of ${spec.events.join(', ')}.`,
      path: '/',
      at: toIso(now),
    }
    // It is leased from the beginning, so that no turn sends it as well.
    const id = await insertNotification(database, name, message, now + LEASE_MS)
    const notification = id === undefined ? undefined : await findNotification(database, id)
    if (!notification) throw new Error('unreachable: a trial message has an occasion of its own')
    await takeNotification(database, notification, now + LEASE_MS)
    const error = await deliver(this.#deps, spec, notification, this.#stop.signal)
    await endAttempt(database, notification.id, {
      status: error === undefined ? 'sent' : 'failed',
      error: error ?? null,
    })
    this.#deps.publish('notification', name)
    return (await findNotification(database, notification.id)) ?? notification
  }

  /** What was told to whom, newest first. */
  async notifications(query: NotificationQuery): Promise<Page<Notification>> {
    const { items, total } = await listNotifications(this.#deps.database, query)
    return pageOf(items, total, query.offset)
  }

  /** Tells of new alerts, then sends what is due: notifiers at the same time, the messages of one after the other. */
  async turn(): Promise<void> {
    const { database, clock, onError } = this.#deps
    await this.#tellAlerts().catch(onError)
    const due = await dueNotifications(database, clock(), PER_TURN)
    const byNotifier = Map.groupBy(due, ({ notifier }) => notifier)
    await Promise.all([...byNotifier].map(([name, waiting]) => this.#sendAll(name, waiting).catch(onError)))
  }

  /** One that fails is most likely not alone: the others of its notifier wait for the next turn. */
  async #sendAll(name: string, waiting: readonly Notification[]): Promise<void> {
    const { database, clock } = this.#deps
    const spec = await findNotifier(database, name)
    for (const notification of waiting) {
      if (!spec || this.#stop.signal.aborted) return
      if (!(await takeNotification(database, notification, clock() + LEASE_MS))) continue
      const error = await deliver(this.#deps, spec, notification, this.#stop.signal)
      // Stopped in the middle: nobody knows whether it arrived, so that it is sent again.
      if (error !== undefined && this.#stop.signal.aborted) return
      await this.#endAttempt(notification, error)
      if (error !== undefined) return
    }
  }

  async #endAttempt({ id, notifier, attempts }: Notification, error: string | undefined): Promise<void> {
    const { database, clock, publish } = this.#deps
    const wait = WAITS_MS[attempts]
    if (error === undefined) await endAttempt(database, id, { status: 'sent', error: null })
    else if (wait === undefined) await endAttempt(database, id, { status: 'failed', error })
    else await endAttempt(database, id, { status: 'waiting', nextAt: clock() + wait, error })
    publish('notification', notifier)
  }

  /** Alerts are read from where the last turn ended, and told in the transaction that moves that on. */
  async #tellAlerts(): Promise<void> {
    const { database, alerts } = this.#deps
    const position = (await findPosition(database, ALERTS)) ?? 0
    const opened = await alerts.after(position, PER_TURN)
    const last = opened.at(-1)
    if (!last) return
    await database.transaction().execute(async (connection) => {
      for (const { alert } of opened) await this.#tell(connection, [messageOfAlert(alert)])
      await putPosition(connection, ALERTS, last.number)
    })
  }

  async #tellRun(run: RunSummary): Promise<void> {
    const { database, runs } = this.#deps
    await database.transaction().execute(async (connection) => {
      const messages = messagesOfRun(run, await runs.hasFailedBefore(connection, run))
      await this.#tell(connection, messages)
    })
  }

  async #tell(connection: Connection, messages: readonly Message[]): Promise<void> {
    const now = this.#deps.clock()
    if (await tell(connection, messages, now, toIso(now)))
      this.#deps.publish('notification', messages[0]?.occasion ?? '')
  }

  async #viewOf(spec: NotifierSpec): Promise<Notifier> {
    const { items } = await listNotifications(this.#deps.database, { notifier: spec.name, limit: 1, offset: 0 })
    const [last] = items
    return { ...spec, ...(last && { last }) }
  }

  async #getSpec(name: string): Promise<NotifierSpec> {
    const spec = await findNotifier(this.#deps.database, name)
    if (spec) return spec
    const names = (await notifierSpecs(this.#deps.database)).map((each) => each.name)
    throw new RegiaError('NOT_FOUND', `There is no notifier "${name}".`, { hint: suggest(name, names) })
  }
}
