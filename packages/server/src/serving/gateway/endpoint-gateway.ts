import { type Clock, type Deployment as DeploymentView, RegiaError, type ServedEndpointSpec, toIso } from '@regia/core'
import type { EndpointLog } from '../prediction-log/index.ts'
import type { PredictCall } from './answer.ts'
import { entryOf, recordsOf } from './batch-records.ts'
import { type Deployment, deploy } from './deployment.ts'
import type { AnsweredBatch } from './micro-batcher.ts'
import type { ModelDirectory, RegisteredVersion } from './model-directory.ts'
import { type ShadowCounts, ShadowLane } from './shadow-lane.ts'
import { TrafficRing } from './traffic-ring.ts'

export type EndpointGatewayOptions = {
  readonly spec: ServedEndpointSpec
  readonly log: EndpointLog
  readonly directory: Pick<ModelDirectory, 'open'>
  readonly clock: Clock
}

/** The versions that an endpoint shall have loaded. */
export type WantedVersions = {
  readonly stable: RegisteredVersion
  readonly shadow?: RegisteredVersion | undefined
  /** To be able to roll back at once. Where absent the last stable one stays. */
  readonly previous?: RegisteredVersion | undefined
}

export type Change = {
  readonly stable?: { readonly from: number | undefined; readonly to: number }
  readonly shadowStarted?: number
}

type Failure = {
  readonly registered: RegisteredVersion
  readonly role: DeploymentView['role']
  readonly error: string
  readonly at: number
}

/** Serves one endpoint: what is loaded, who answers, who only listens. Holds no connection to anything but its log. */
export class EndpointGateway {
  spec: ServedEndpointSpec
  readonly log: EndpointLog
  readonly traffic = new TrafficRing()
  readonly #options: EndpointGatewayOptions
  readonly #since = new Map<Deployment, number>()
  #stable: Deployment | undefined
  #previous: Deployment | undefined
  #shadow: ShadowLane | undefined
  #failures: Failure[] = []
  #loading: readonly { readonly registered: RegisteredVersion; readonly role: DeploymentView['role'] }[] = []
  readonly #draining = new Set<Deployment>()
  #errorCount = 0

  constructor(options: EndpointGatewayOptions) {
    this.#options = options
    this.spec = options.spec
    this.log = options.log
  }

  get stable(): Deployment | undefined {
    return this.#stable
  }

  get previous(): Deployment | undefined {
    return this.#previous
  }

  get shadow(): Deployment | undefined {
    return this.#shadow?.deployment
  }

  get shadowCounts(): ShadowCounts | undefined {
    return this.#shadow?.counts
  }

  /** Errors since this process began. */
  get errorCount(): number {
    return this.#errorCount
  }

  /** Answers a request: it joins the batch of this turn of the event loop. Every fault goes to `call.fail`. */
  predict(call: PredictCall): void {
    const stable = this.#stable
    try {
      if (!stable) throw notReady(this.spec)
      stable.predict(call)
    } catch (error) {
      // The only recursion over a request is the description of what is wrong with it.
      call.fail(error instanceof RangeError ? nestedTooDeep(error) : error)
    }
  }

  countError(receivedAt: number): void {
    this.#errorCount++
    const latencyMs = performance.now() - receivedAt
    const add = { predictions: 0, isError: true, latencyMs }
    this.traffic.count(this.#options.clock(), this.#stable?.version ?? 0, add)
    this.#stable?.statistics.countFailure(latencyMs)
  }

  /**
   * Loads what is wanted and not loaded, swaps, then lets go of what nobody wants: no request ever meets an unloaded model.
   *
   * @throws what loading the stable version threw; the endpoint then serves what it served before.
   */
  async change(wanted: WantedVersions): Promise<Change> {
    const before = this.#stable
    this.#failures = []
    const stable = await this.#load(wanted.stable, 'stable')
    const isSwapped = stable !== before
    this.#stable = stable
    if (isSwapped) this.#since.set(stable, this.#options.clock())
    if (isSwapped && before) await this.#keepForRollback(before)
    if (!this.#previous && wanted.previous && wanted.previous.version !== stable.version) {
      this.#previous = await this.#tryLoad(wanted.previous, 'previous')
    }
    const shadowStarted = await this.#changeShadow(wanted.shadow)
    await this.#releaseUnwanted(before)
    return {
      ...(isSwapped && { stable: { from: before?.version, to: stable.version } }),
      ...(shadowStarted !== undefined && { shadowStarted }),
    }
  }

  deployments(): readonly DeploymentView[] {
    const ready = (deployment: Deployment | undefined, role: DeploymentView['role']): DeploymentView[] =>
      deployment
        ? [
            {
              ...this.#view(deployment.registered, role, 'ready', this.#since.get(deployment)),
              ...deployment.execution,
            },
          ]
        : []
    return [
      ...ready(this.#stable, 'stable'),
      ...ready(this.shadow, 'shadow'),
      ...ready(this.#previous, 'previous'),
      ...[...this.#draining].map(({ registered }) => this.#view(registered, 'previous', 'draining')),
      ...this.#loading.map(({ registered, role }) => this.#view(registered, role, 'loading')),
      ...this.#failures.map(({ registered, role, error, at }) => ({
        ...this.#view(registered, role, 'failed', at),
        error,
      })),
    ]
  }

  async close(): Promise<void> {
    const loaded = this.#loaded()
    await this.#shadow?.close()
    this.#stable = undefined
    for (const deployment of loaded) await deployment.close()
  }

  #view(
    { model, version }: RegisteredVersion,
    role: DeploymentView['role'],
    state: DeploymentView['state'],
    since = this.#options.clock(),
  ): DeploymentView {
    return { model, version, role, state, since: toIso(since) }
  }

  #loaded(): Set<Deployment> {
    return new Set([this.#stable, this.#previous, this.shadow].filter((one) => one !== undefined))
  }

  async #load(registered: RegisteredVersion, role: DeploymentView['role']): Promise<Deployment> {
    const loaded = [...this.#loaded()].find((one) => isSame(one.registered, registered))
    if (loaded) return loaded
    this.#loading = [...this.#loading, { registered, role }]
    try {
      const session = await this.#options.directory.open(registered)
      const { limits } = this.spec
      const deployment = await deploy(registered, session, (from, batch) => this.#finish(from, batch), limits)
      this.#since.set(deployment, this.#options.clock())
      return deployment
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      this.#failures = [...this.#failures, { registered, role, error: message, at: this.#options.clock() }]
      throw error
    } finally {
      this.#loading = this.#loading.filter((entry) => entry.registered !== registered)
    }
  }

  /** A version that only listens, or waits to be rolled back to, must not stop the one that answers; its failure is shown. */
  async #tryLoad(registered: RegisteredVersion, role: DeploymentView['role']): Promise<Deployment | undefined> {
    return this.#load(registered, role).catch(() => undefined)
  }

  async #keepForRollback(before: Deployment): Promise<void> {
    const unwanted = this.#previous
    this.#previous = before
    if (unwanted && !this.#loaded().has(unwanted)) await this.#release(unwanted)
  }

  async #changeShadow(wanted: RegisteredVersion | undefined): Promise<number | undefined> {
    const current = this.#shadow
    if (current && wanted && isSame(current.deployment.registered, wanted)) return undefined
    this.#shadow = undefined
    await current?.close()
    const deployment = wanted && (await this.#tryLoad(wanted, 'shadow'))
    if (current && current.deployment !== deployment && !this.#loaded().has(current.deployment)) {
      await this.#release(current.deployment)
    }
    if (!deployment) return undefined
    this.#since.set(deployment, this.#options.clock())
    this.#shadow = new ShadowLane(deployment, this.log, () => this.#stable?.isIdle ?? true)
    return deployment.version
  }

  async #releaseUnwanted(before: Deployment | undefined): Promise<void> {
    if (before && !this.#loaded().has(before)) await this.#release(before)
  }

  async #release(deployment: Deployment): Promise<void> {
    this.#since.delete(deployment)
    this.#draining.add(deployment)
    await deployment.close()
    this.#draining.delete(deployment)
  }

  /** After the model has answered: log, then reply, then whatever may wait. */
  #finish(deployment: Deployment, { calls, predictions }: AnsweredBatch): void {
    const loggedAt = this.#options.clock()
    const records = recordsOf(deployment, calls, predictions, loggedAt)
    let ids: readonly string[]
    try {
      ids = this.log.append(records.map(entryOf))
    } catch (error) {
      for (const call of calls) call.fail(error)
      return
    }
    deployment.statistics.lastInferenceAt = loggedAt
    let from = 0
    for (const call of calls) {
      call.done({ served: deployment, predictions, from, count: call.rows.length, ids })
      const latencyMs = performance.now() - call.receivedAt
      this.traffic.count(loggedAt, deployment.version, { predictions: call.rows.length, isError: false, latencyMs })
      from += call.rows.length
    }
    if (deployment === this.#stable) this.#shadow?.offer(records, ids)
  }
}

const isSame = (a: RegisteredVersion, b: RegisteredVersion): boolean =>
  a.model === b.model && a.version === b.version && a.packageDigest === b.packageDigest

const notReady = ({ name, stable }: ServedEndpointSpec): RegiaError =>
  new RegiaError('ENDPOINT_NOT_READY', `Endpoint "${name}" has no version loaded yet.`, {
    where: name,
    hint: `It follows ${stable}. Register a version, or see "regia endpoints show ${name}" for why it did not load.`,
  })

const nestedTooDeep = (cause: RangeError): RegiaError =>
  new RegiaError('INVALID_INPUT', 'A value of the request is nested too deeply to be read.', {
    cause,
    where: 'body.rows',
    hint: 'A cell is a number, a text, true, false or null.',
  })
