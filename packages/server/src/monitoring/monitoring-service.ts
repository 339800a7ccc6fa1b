import {
  type Alert,
  createSketcher,
  type Distribution,
  distributionOf,
  durationMs,
  type Monitor,
  type MonitorSpec,
  type Page,
  RegiaError,
  toIso,
  type WindowResult,
} from '@regia/core'
import { evaluateMonitor } from './evaluate-monitor.ts'
import type { StoredMonitor } from './monitor-store.ts'
import type { MonitoringDeps } from './monitoring-deps.ts'

const HOUR_MS = 3_600_000
/** How the score stands among the columns. */
const PREDICTION = 'prediction'

export type Distributions = {
  readonly from: string
  readonly until: string
  readonly columns: readonly Distribution[]
}

/** Monitors: applied, evaluated by the scheduler or on demand, and asked about. */
export class MonitoringService {
  readonly #deps: MonitoringDeps
  /** One evaluation of a monitor at a time. */
  readonly #evaluations = new Map<string, Promise<void>>()
  /** What a monitor saw when it last looked, to look again only when there is something new. */
  readonly #seen = new Map<string, string>()

  constructor(deps: MonitoringDeps) {
    this.#deps = deps
  }

  /** @throws RegiaError `NOT_FOUND`, `INVALID_INPUT`, `COLUMN_UNKNOWN`. */
  async apply(spec: MonitorSpec): Promise<Monitor> {
    await this.#assertSound(spec)
    await this.#deps.store.put(spec, toIso(this.#deps.clock()))
    this.#seen.delete(spec.name)
    this.#deps.publish('monitor', spec.name)
    return this.get(spec.name)
  }

  async list(): Promise<readonly Monitor[]> {
    const names = await this.#deps.store.names()
    return Promise.all(names.map((name) => this.get(name)))
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async get(name: string): Promise<Monitor> {
    const { spec, createdAt } = await this.#getStored(name)
    const { items, total } = await this.windows(name, { limit: 1 })
    const open = await this.#deps.store.openAlerts(this.#deps.store.connection, name)
    const evaluatedUntil = await this.#deps.store.evaluatedUntil(name)
    const lastWindow = items.at(-1)
    // An endpoint that is gone, or loads nothing, says so on its own page.
    const reference = await this.#deps.endpoints.reference(spec.endpoint).catch(() => undefined)
    return {
      spec,
      ...(reference && { reference }),
      ...(lastWindow && { lastWindow }),
      windowCount: total,
      openAlertCount: open.length,
      ...(evaluatedUntil !== undefined && { evaluatedUntil: toIso(evaluatedUntil) }),
      createdAt,
    }
  }

  /** The newest ones, newest last; `nextCursor` leads to older ones. @throws RegiaError `NOT_FOUND`. */
  async windows(
    name: string,
    query: {
      readonly limit: number
      readonly cursor?: string | undefined
      readonly from?: number
      readonly until?: number
    },
  ): Promise<Page<WindowResult>> {
    await this.#getStored(name)
    const { limit, cursor, from = 0, until = Number.MAX_SAFE_INTEGER } = query
    return this.#deps.store.windowPage(name, { limit, before: parseCursor(cursor), from, until })
  }

  /** Reference and what was seen, side by side: of a span of event time, else of the last window. @throws RegiaError `NOT_FOUND`. */
  async distributions(name: string, span: { readonly from?: number; readonly until?: number }): Promise<Distributions> {
    const { spec } = await this.#getStored(name)
    const { items } = await this.windows(name, { limit: 1, ...(span.until !== undefined && { until: span.until }) })
    const window = items.at(-1)
    const from = span.from ?? (window ? Date.parse(window.from) : 0)
    const until = span.until ?? (window ? Date.parse(window.until) : 0)
    const columns = window ? await this.#distributionsOf(spec, window, from, until) : []
    return { from: toIso(from), until: toIso(until), columns }
  }

  /** Evaluates what can be evaluated now. @throws RegiaError `NOT_FOUND`. */
  async evaluate(name: string): Promise<Monitor> {
    await this.#getStored(name)
    await this.#evaluate(name)
    return this.get(name)
  }

  /** The scheduler's turn: looks where something came since the last look. */
  async turn(): Promise<void> {
    for (const name of await this.#deps.store.names()) {
      if (await this.#hasNews(name)) await this.#evaluate(name).catch(this.#deps.onError)
    }
  }

  /** Newest first. */
  alerts(query: {
    readonly limit: number
    readonly cursor?: string | undefined
    readonly status?: string | undefined
    readonly monitor?: string | undefined
  }): Promise<Page<Alert>> {
    const { limit, cursor, status, monitor } = query
    return this.#deps.store.alertPage({ limit, before: parseCursor(cursor), status, monitor })
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async alert(id: string): Promise<Alert> {
    const alert = await this.#deps.store.findAlert(id)
    if (alert) return alert
    throw new RegiaError('NOT_FOUND', `There is no alert "${id.slice(0, 100)}".`, {
      hint: 'List them with "regia alerts list".',
    })
  }

  /** A person has seen it: it stays until what it tells of is over. @throws RegiaError `NOT_FOUND`, `CONFLICT`. */
  async acknowledge(id: string): Promise<Alert> {
    const alert = await this.alert(id)
    if (alert.status === 'closed') {
      throw new RegiaError('CONFLICT', 'The alert is closed already.', {
        where: id,
        hint: 'There is nothing left to do.',
      })
    }
    const acknowledged = { ...alert, status: 'acknowledged' as const }
    await this.#deps.store.transaction((connection) => this.#deps.store.putAlert(connection, acknowledged))
    this.#deps.publish('alert', id)
    return acknowledged
  }

  async #getStored(name: string): Promise<StoredMonitor> {
    const stored = await this.#deps.store.find(name)
    if (stored) return stored
    throw new RegiaError('NOT_FOUND', `There is no monitor "${name.slice(0, 100)}".`, {
      hint: `There is: ${(await this.#deps.store.names()).slice(0, 10).join(', ') || 'none yet'}.`,
    })
  }

  #evaluate(name: string): Promise<void> {
    const before = this.#evaluations.get(name) ?? Promise.resolve()
    const evaluation = before.catch(() => {}).then(async () => evaluateMonitor(this.#deps, await this.#getStored(name)))
    this.#evaluations.set(name, evaluation)
    return evaluation
  }

  async #hasNews(name: string): Promise<boolean> {
    const stored = await this.#deps.store.find(name)
    if (!stored) return false
    const { endpoint } = stored.spec
    const { endpoints } = this.#deps
    const watermark = (await endpoints.findWatermark(endpoint)) ?? 0
    const news = JSON.stringify([
      Math.floor(watermark / HOUR_MS),
      endpoints.outcomeRevision(endpoint),
      endpoints.servingVersion(endpoint),
    ])
    if (this.#seen.get(name) === news) return false
    this.#seen.set(name, news)
    return true
  }

  async #distributionsOf(
    spec: MonitorSpec,
    window: WindowResult,
    from: number,
    until: number,
  ): Promise<readonly Distribution[]> {
    const version = await this.#deps.endpoints.findVersion(spec.endpoint, window.version)
    if (!version) return []
    const sketcher = createSketcher(version.profile)
    const sketches = await this.#deps.endpoints.sketches(spec.endpoint, window.version, from, until)
    const sketch = sketcher.merge(sketches.map(sketcher.fromJson))
    const names = [...(spec.drift.columns ?? Object.keys(version.profile.columns)), PREDICTION]
    const isSameSpan = Date.parse(window.from) === from && Date.parse(window.until) === until
    return names.flatMap(
      (column) => distributionOf(version.profile, sketch, column, isSameSpan ? window : undefined) ?? [],
    )
  }

  async #assertSound(spec: MonitorSpec): Promise<void> {
    const { endpoints } = this.#deps
    if (!endpoints.has(spec.endpoint)) {
      throw new RegiaError('NOT_FOUND', `There is no endpoint "${spec.endpoint}" to watch.`, {
        where: 'endpoint',
        hint: 'Apply the endpoint first, with "regia apply" or "regia endpoints create".',
      })
    }
    if (durationMs(spec.window) % HOUR_MS !== 0 || durationMs(spec.window) === 0) {
      throw new RegiaError('INVALID_INPUT', `The window is ${spec.window}; it must be a whole number of hours.`, {
        where: 'window',
        hint: 'Use 1h, 6h, 1d, 1w …: what endpoints see is counted by the hour.',
      })
    }
    await this.#assertColumns(spec)
  }

  async #assertColumns({ endpoint, drift }: MonitorSpec): Promise<void> {
    const version = this.#deps.endpoints.servingVersion(endpoint)
    const monitored = version === undefined ? undefined : await this.#deps.endpoints.findVersion(endpoint, version)
    const known = Object.keys(monitored?.profile.columns ?? {})
    const unknown = monitored && drift.columns?.find((column) => !known.includes(column))
    if (unknown === undefined) return
    throw new RegiaError('COLUMN_UNKNOWN', `The model of "${endpoint}" has no column "${unknown}" to watch.`, {
      where: 'drift.columns',
      hint: `It has: ${known.join(', ')}.`,
    })
  }
}

function parseCursor(cursor: string | undefined): number {
  if (cursor === undefined) return Number.MAX_SAFE_INTEGER
  const before = Number(cursor)
  if (Number.isSafeInteger(before)) return before
  throw new RegiaError('INVALID_INPUT', 'The cursor is none that this list gave.', {
    where: 'query.cursor',
    hint: 'Take "nextCursor" of the page before, or leave it out to begin.',
  })
}
