import { createHash, timingSafeEqual } from 'node:crypto'
import { type Page, RegiaError, type Schedule, type ScheduleFiring, type ScheduleSpec, toIso } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { suggest } from '../http/near-names.ts'
import { pageOf } from '../http/paging.ts'
import { carryOut, getFiring } from './carry-out.ts'
import {
  type FiringQuery,
  findOccasion,
  insertFiring,
  listFirings,
  type NewFiring,
  schedulesWithWork,
  viewOf,
} from './firing-store.ts'
import { dueHappenings, dueTimes, firstTime, timesOf } from './occasions.ts'
import { assertPlaceholders } from './params-template.ts'
import type { ScheduleDeps } from './schedule-deps.ts'
import {
  advancePosition,
  deleteSchedule,
  dueByTime,
  findSchedule,
  isoOrNothing,
  listSchedules,
  putSchedule,
  type ScheduleQuery,
  type StoredSchedule,
  scheduleNames,
  waitingForEvents,
} from './schedule-store.ts'

/** A clock that was further ahead than this when a schedule was last looked at was wrong. */
const AHEAD_MS = 300_000
/** Events of one schedule that are noted at one turn. */
const EVENTS_PER_TURN = 100
const MAX_PREVIEW = 100

/** What runs pipelines by itself: at times, after events, when a webhook is called. */
export class ScheduleService {
  readonly #deps: ScheduleDeps

  constructor(deps: ScheduleDeps) {
    this.#deps = deps
  }

  /**
   * Creates the schedule, or changes it to this. The secret of a webhook is in the answer once, when it is made.
   *
   * @throws RegiaError `NOT_FOUND` without its pipeline, `INVALID_INPUT`.
   */
  async apply(spec: ScheduleSpec): Promise<Schedule> {
    const { database, clock, newSecret, publish } = this.#deps
    await this.#assertSound(spec)
    const now = clock()
    const secret = newSecret()
    const known = await findSchedule(database, spec.name)
    const isSameWhen = known !== undefined && JSON.stringify(known.spec.when) === JSON.stringify(spec.when)
    const isNewHook = spec.when.on === 'webhook' && known?.secretHash === undefined
    await putSchedule(database, {
      spec,
      isPaused: known?.isPaused ?? false,
      position: isSameWhen ? known.position : await this.#positionNow(spec, now),
      nextAt: spec.when.on === 'time' ? firstTime(spec.when, isSameWhen ? known.position : now) : undefined,
      secretHash: spec.when.on === 'webhook' ? (known?.secretHash ?? hashOf(secret)) : undefined,
      createdAt: known?.createdAt ?? toIso(now),
    })
    publish('schedule', spec.name)
    return { ...(await this.get(spec.name)), ...(isNewHook && { secret }) }
  }

  async list(query: ScheduleQuery): Promise<Page<Schedule>> {
    const { items, total } = await listSchedules(this.#deps.database, query)
    return pageOf(await Promise.all(items.map((stored) => this.#viewOf(stored))), total, query.offset)
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async get(name: string): Promise<Schedule> {
    return this.#viewOf(await this.#getStored(name))
  }

  /** What comes while it is paused does not run it, not even later. @throws RegiaError `NOT_FOUND`. */
  async pause(name: string): Promise<Schedule> {
    await putSchedule(this.#deps.database, { ...(await this.#getStored(name)), isPaused: true })
    this.#deps.publish('schedule', name)
    return this.get(name)
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async resume(name: string): Promise<Schedule> {
    const stored = await this.#getStored(name)
    if (stored.isPaused) {
      const { when } = stored.spec
      const now = this.#deps.clock()
      await putSchedule(this.#deps.database, {
        ...stored,
        isPaused: false,
        position: await this.#positionNow(stored.spec, now),
        nextAt: when.on === 'time' ? timesOf(when).after(now) : undefined,
      })
      this.#deps.publish('schedule', name)
    }
    return this.get(name)
  }

  /** Its runs stay. @throws RegiaError `NOT_FOUND`. */
  async remove(name: string): Promise<void> {
    await this.#getStored(name)
    await this.#deps.database.transaction().execute((connection) => deleteSchedule(connection, name))
    this.#deps.publish('schedule', name)
  }

  /** What came of its occasions, newest first. @throws RegiaError `NOT_FOUND`. */
  async firings(name: string, query: FiringQuery): Promise<Page<ScheduleFiring>> {
    await this.#getStored(name)
    const { items, total } = await listFirings(this.#deps.database, name, query)
    return pageOf(items, total, query.offset)
  }

  /** The next times of a cron line. @throws RegiaError `INVALID_INPUT`. */
  preview(cron: string, timezone: string, count: number): readonly string[] {
    const times = timesOf({ cron, timezone })
    const found: string[] = []
    let time = times.after(this.#deps.clock())
    while (time !== undefined && found.length < Math.min(count, MAX_PREVIEW)) {
      found.push(toIso(time))
      time = times.after(time)
    }
    return found
  }

  /** Runs it now, paused or not; what it waits for is taken as it stands. @throws RegiaError `NOT_FOUND`. */
  async fire(name: string, by: string): Promise<ScheduleFiring> {
    const { clock, newId, happenings } = this.#deps
    const { spec } = await this.#getStored(name)
    const { when } = spec
    const latest = when.on === 'time' || when.on === 'webhook' ? undefined : await happenings.findLatest(when)
    const [at, runId] = [toIso(clock()), newId('run')]
    return this.#fireOnce(spec, {
      occasion: `fire:${runId}`,
      at,
      firedAt: at,
      runId,
      cause: `by ${by}`,
      reason: `by ${by}`,
      ...(latest && { facts: latest.facts }),
    })
  }

  /** @throws RegiaError `UNAUTHORIZED` for a webhook or a secret that is none. */
  async assertSecret(name: string, secret: string): Promise<void> {
    const stored = await findSchedule(this.#deps.database, name)
    // Compared even where there is none, so that the answer's delay does not tell which names there are.
    const isRight = isSame(hashOf(secret), stored?.secretHash ?? hashOf(''))
    if (stored?.secretHash === undefined || !isRight) throw unauthorized()
  }

  /**
   * A webhook was called by somebody who knows its secret.
   *
   * @param delivery - What the caller names this call by; the same again fires nothing more.
   * @throws RegiaError `NOT_FOUND`, `CONFLICT` while it is paused.
   */
  async hook(name: string, body: unknown, delivery: string | undefined): Promise<ScheduleFiring> {
    const { clock, newId } = this.#deps
    const { spec, isPaused } = await this.#getStored(name)
    if (isPaused) {
      throw new RegiaError('CONFLICT', `Schedule "${name}" is paused.`, {
        hint: `Let it run again with "regia schedules resume ${name}".`,
      })
    }
    const [at, runId] = [toIso(clock()), newId('run')]
    const facts = body === undefined ? {} : { body }
    const occasion = `webhook:${delivery ?? runId}`
    return this.#fireOnce(spec, { occasion, at, firedAt: at, runId, cause: 'webhook', reason: 'webhook', facts })
  }

  /** The scheduler's turn: notes what has come, then does what is left to do, also of what an earlier process left. */
  async turn(): Promise<void> {
    const { database, clock, onError } = this.#deps
    const now = clock()
    for (const stored of await dueByTime(database, now, AHEAD_MS)) await this.#noteTimes(stored, now).catch(onError)
    for (const stored of await waitingForEvents(database)) await this.#noteEvents(stored, now).catch(onError)
    for (const name of await schedulesWithWork(database)) {
      const stored = await findSchedule(database, name)
      if (stored) await carryOut(this.#deps, stored.spec).catch(onError)
    }
  }

  async #noteTimes({ spec, position }: StoredSchedule, now: number): Promise<void> {
    const { when } = spec
    if (when.on !== 'time') return
    // What was noted while the clock was ahead has its rows, so that it does not fire once more.
    const isAhead = position > now + AHEAD_MS
    const noted = dueTimes(when, spec.overlap, isAhead ? now : position, { now, newId: this.#deps.newId })
    await this.#note(spec.name, position, noted, noted.firings)
  }

  async #noteEvents({ spec, position }: StoredSchedule, now: number): Promise<void> {
    const { when } = spec
    if (when.on === 'time' || when.on === 'webhook') return
    const came = await this.#deps.happenings.after(when, position, EVENTS_PER_TURN)
    const last = came.at(-1)
    if (!last) return
    const firings = dueHappenings(when, came, { now, newId: this.#deps.newId })
    await this.#note(spec.name, position, { position: last.position, nextAt: undefined }, firings)
  }

  /** Notes occasions and how far they are noted in one transaction; of two that come at once one finds it done. */
  async #note(
    name: string,
    from: number,
    to: { readonly position: number; readonly nextAt: number | undefined },
    firings: readonly NewFiring[],
  ): Promise<void> {
    await this.#deps.database.transaction().execute(async (connection) => {
      if (!(await advancePosition(connection, name, from, to))) return
      for (const firing of firings) await insertFiring(connection, name, firing)
    })
    if (firings.length > 0) this.#deps.publish('schedule', name)
  }

  async #fireOnce(spec: ScheduleSpec, firing: NewFiring): Promise<ScheduleFiring> {
    const { database, publish } = this.#deps
    const note = async (connection: Connection) => {
      const number = await insertFiring(connection, spec.name, firing)
      return number ?? (await findOccasion(connection, spec.name, firing.occasion))?.number ?? 0
    }
    const number = await database.transaction().execute(note)
    await carryOut(this.#deps, spec)
    publish('schedule', spec.name)
    return viewOf(await getFiring(this.#deps, spec.name, number))
  }

  /** What comes from now on counts. */
  async #positionNow({ when }: ScheduleSpec, now: number): Promise<number> {
    if (when.on === 'time') return now
    if (when.on === 'webhook') return 0
    return (await this.#deps.happenings.findLatest(when))?.position ?? 0
  }

  async #assertSound(spec: ScheduleSpec): Promise<void> {
    const { runs, clock } = this.#deps
    if (spec.when.on === 'time') firstTime(spec.when, clock())
    assertPlaceholders(spec.params, spec.when.on)
    const { params } = await runs.version(spec.pipeline, {})
    const unknown = Object.keys(spec.params).find((name) => !params.includes(name))
    if (unknown === undefined) return
    throw new RegiaError('INVALID_INPUT', `Pipeline "${spec.pipeline}" has no parameter "${unknown}".`, {
      where: `params.${unknown}`,
      hint: params.length === 0 ? 'It has none.' : suggest(unknown, params),
    })
  }

  async #viewOf({ spec, isPaused, nextAt, createdAt }: StoredSchedule): Promise<Schedule> {
    const { items } = await listFirings(this.#deps.database, spec.name, { limit: 1, offset: 0 })
    const [lastFiring] = items
    const next = isPaused ? undefined : isoOrNothing(nextAt)
    return {
      ...spec,
      isPaused,
      ...(next !== undefined && { nextAt: next }),
      ...(lastFiring && { lastFiring }),
      ...(spec.when.on === 'webhook' && { webhookPath: `/api/v1/hooks/${spec.name}` }),
      createdAt,
    }
  }

  async #getStored(name: string): Promise<StoredSchedule> {
    const stored = await findSchedule(this.#deps.database, name)
    if (stored) return stored
    const hint = suggest(name, await scheduleNames(this.#deps.database))
    throw new RegiaError('NOT_FOUND', `There is no schedule "${name}".`, { hint })
  }
}

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

const isSame = (a: string, b: string): boolean => timingSafeEqual(Buffer.from(a), Buffer.from(b))

const unauthorized = (): RegiaError =>
  new RegiaError('UNAUTHORIZED', 'There is no such webhook, or its secret is another one.', {
    hint: 'Send "authorization: Bearer SECRET" or "x-regia-secret: SECRET". A lost secret is replaced by removing the schedule and applying it again.',
  })
