import {
  type Clock,
  createSketcher,
  type EndpointReference,
  MINIMUM_REFERENCE_ROWS,
  RegiaError,
  type TakeReference,
  toIso,
} from '@regia/core'
import type { EndpointSet } from '../endpoints/endpoint-set.ts'
import type { ServedVersion } from '../gateway/answer.ts'
import type { FindVersionFacts, LogConsumer, VersionFacts } from '../log-consumer/index.ts'
import { referenceOfPredictions } from './reference-of-predictions.ts'
import type { ReferenceStore } from './reference-store.ts'

export type ReferenceDeps = {
  readonly store: ReferenceStore
  readonly endpoints: EndpointSet
  readonly consumer: Pick<LogConsumer, 'flush' | 'recount'>
  /** Of the model itself. */
  readonly findFacts: FindVersionFacts
  readonly publish: (type: 'endpoint', id: string) => void
  readonly clock: Clock
}

/** A span of event time, milliseconds since 1970. */
type Span = { readonly from: number; readonly until: number }

/**
 * What windows of an endpoint are compared with. A model that was trained here, or came with enough rows, brings it along. For another (a composition, a
 * model on another server, one that was imported with a few rows) the predictions of a span can be taken for it.
 */
export class ReferenceService {
  readonly #deps: ReferenceDeps

  constructor(deps: ReferenceDeps) {
    this.#deps = deps
  }

  /** Of the version that serves. @throws RegiaError `NOT_FOUND`, `ENDPOINT_NOT_READY`. */
  async get(endpoint: string): Promise<EndpointReference> {
    const { model, version } = this.#servingOf(endpoint)
    const profile = (await this.#deps.findFacts(model, version))?.reference?.profile
    if (profile) return { endpoint, model, version, source: 'training', rowCount: profile.rowCount }
    const logged = await this.#deps.store.find(endpoint, model, version)
    if (!logged) return { endpoint, model, version, source: 'none', rowCount: 0, hint: howToGet(endpoint) }
    const { from, until, takenAt } = logged
    return {
      ...{ endpoint, model, version, source: 'logged', rowCount: logged.profile.rowCount },
      ...{ from: toIso(from), until: toIso(until), takenAt: toIso(takenAt) },
    }
  }

  /**
   * Takes the predictions of a span as the reference of the version that serves, and counts what it was asked so far anew with it.
   *
   * @throws RegiaError `CONFLICT` where the model came with one; `DATA_EMPTY` where too few predictions lie in the span; `NOT_FOUND`,
   *   `ENDPOINT_NOT_READY`.
   */
  async take(endpoint: string, { from, until }: TakeReference): Promise<EndpointReference> {
    const span = {
      from: from === undefined ? 0 : Date.parse(from),
      until: until === undefined ? LAST : Date.parse(until),
    }
    const { served, facts } = await this.#withoutOne(endpoint)
    const found = await this.#countIn(endpoint, served.version, span)
    if (found < MINIMUM_REFERENCE_ROWS) throw tooFew(endpoint, served.version, found)
    await this.#take(endpoint, served, facts, span)
    return this.get(endpoint)
  }

  /** Takes it where the version that serves has none and so many predictions lie in the span; says nothing where not. */
  async takeIfEnough(endpoint: string, span: Span, minimumRows: number): Promise<void> {
    const served = this.#deps.endpoints.find(endpoint)?.stable
    if (!served || (await this.get(endpoint)).source !== 'none') return
    const needed = Math.max(minimumRows, MINIMUM_REFERENCE_ROWS)
    if ((await this.#countIn(endpoint, served.version, span)) < needed) return
    const { facts } = await this.#withoutOne(endpoint)
    await this.#take(endpoint, served, facts, span)
  }

  async #take(
    endpoint: string,
    { model, version }: Pick<ServedVersion, 'model' | 'version'>,
    facts: VersionFacts,
    span: Span,
  ): Promise<void> {
    const { store, consumer, clock, publish, endpoints } = this.#deps
    const { log } = endpoints.get(endpoint)
    const found = await referenceOfPredictions(log, facts.signature, { version, ...span })
    const reference = { profile: found.profile, sketcher: createSketcher(found.profile) }
    await consumer.recount(endpoint, version, { ...facts, reference }, (connection) =>
      store.put(connection, { endpoint, model, version }, { ...found, takenAt: clock() }),
    )
    publish('endpoint', endpoint)
  }

  async #countIn(endpoint: string, version: number, span: Span): Promise<number> {
    await this.#deps.consumer.flush(endpoint)
    return this.#deps.endpoints.get(endpoint).log.countPredictions({ version, ...span })
  }

  async #withoutOne(endpoint: string) {
    const served = this.#servingOf(endpoint)
    const facts = await this.#deps.findFacts(served.model, served.version)
    if (!facts) throw new Error(`unreachable: ${served.model}@${served.version} serves and is not registered`)
    if (facts.reference) throw hasOne(endpoint, served.version)
    return { served, facts }
  }

  #servingOf(endpoint: string) {
    const { stable } = this.#deps.endpoints.get(endpoint)
    if (stable) return stable
    throw new RegiaError('ENDPOINT_NOT_READY', `Endpoint "${endpoint}" has no version loaded yet.`, {
      where: endpoint,
      hint: `See "regia endpoints show ${endpoint}" for why.`,
    })
  }
}

const LAST = Number.MAX_SAFE_INTEGER

/** Facts with the reference that was taken at the endpoint, where the model has none. */
export const withLoggedReferences =
  (findFacts: FindVersionFacts, store: Pick<ReferenceStore, 'find'>): FindVersionFacts =>
  async (model, version, endpoint) => {
    const facts = await findFacts(model, version)
    if (!facts || facts.reference || endpoint === undefined) return facts
    const logged = await store.find(endpoint, model, version)
    if (!logged) return facts
    return { ...facts, reference: { profile: logged.profile, sketcher: createSketcher(logged.profile) } }
  }

const howToGet = (endpoint: string): string =>
  `The model came without rows to compare with, as compositions, models of other servers and imports with few example rows do. Take predictions of a good time for it: regia endpoints reference ${endpoint} --take, from ${MINIMUM_REFERENCE_ROWS} predictions on; or let a monitor take its first window: reference: 'window'.`

const hasOne = (endpoint: string, version: number): RegiaError =>
  new RegiaError('CONFLICT', `Version ${version} of endpoint "${endpoint}" came with a reference of its training.`, {
    where: endpoint,
    hint: 'Windows are compared with that one. Package the model with other reference rows for another.',
  })

const tooFew = (endpoint: string, version: number, found: number): RegiaError =>
  new RegiaError(
    'DATA_EMPTY',
    `A reference needs ${MINIMUM_REFERENCE_ROWS} predictions; version ${version} of "${endpoint}" has ${found} in that span.`,
    { where: endpoint, hint: 'Wait for more, or name a longer span of event time.' },
  )
