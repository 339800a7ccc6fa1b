import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '@regia/core'
import { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import type { ModelDirectory } from '../gateway/model-directory.ts'
import type { RemoteWriter } from '../gateway/other-processes.ts'
import type { Plan, Shares } from './messages.ts'

export type ProcessEndpointsOptions = {
  readonly directory: Pick<ModelDirectory, 'open'>
  readonly writerOf: (endpoint: string) => RemoteWriter
  readonly clock: Clock
  readonly onError: (error: unknown) => void
}

type Served = { readonly gateway: EndpointGateway; isSound: boolean; changing: Promise<void> }

/** The endpoints that a process answers itself, as it was told. Every other one is answered where everything is known. */
export class ProcessEndpoints {
  readonly #options: ProcessEndpointsOptions
  readonly #served = new Map<string, Served>()

  constructor(options: ProcessEndpointsOptions) {
    this.#options = options
  }

  /** Undefined for one that somebody else shall answer. */
  find(name: string): EndpointGateway | undefined {
    const served = this.#served.get(name)
    return served?.isSound && served.gateway.stable ? served.gateway : undefined
  }

  async load(plans: readonly Plan[]): Promise<void> {
    for (const plan of plans) {
      await this.apply(plan)
      await nextTurn()
    }
  }

  /** Answers when it serves what the plan says, or leaves the endpoint to others. */
  async apply(plan: Plan): Promise<void> {
    const { name } = plan.spec
    if (!answersHere(plan)) return this.drop(name)
    const served = this.#open(plan)
    await this.#change(served, async () => {
      served.gateway.spec = plan.spec
      try {
        await served.gateway.change(plan.wanted)
        served.isSound = true
      } catch (error) {
        // It would go on with a version that is not meant any more.
        served.isSound = false
        this.#options.onError(error)
      }
    })
  }

  /** At once; and again after a change that is under way, which has the shares of before. */
  setShares(name: string, shares: Shares): void {
    const served = this.#served.get(name)
    if (!served) return
    const byVersion = new Map(shares)
    served.gateway.setShares(byVersion)
    void this.#change(served, async () => served.gateway.setShares(byVersion))
  }

  /** Answers once nothing of it is loaded. */
  async drop(name: string): Promise<void> {
    const served = this.#served.get(name)
    if (!served) return
    this.#served.delete(name)
    await this.#change(served, () => served.gateway.close())
  }

  #open({ spec }: Plan): Served {
    const known = this.#served.get(spec.name)
    if (known) return known
    const { directory, writerOf, clock } = this.#options
    const gateway = new EndpointGateway({ spec, log: undefined, writer: writerOf(spec.name), directory, clock })
    const served = { gateway, isSound: false, changing: Promise.resolve() }
    this.#served.set(spec.name, served)
    return served
  }

  #change(served: Served, change: () => Promise<void>): Promise<void> {
    served.changing = served.changing.then(change).catch(this.#options.onError)
    return served.changing
  }
}

/** Whatever asks other endpoints, other servers or scores computed before is answered by the process that has them. */
function answersHere({ spec, wanted }: Plan): boolean {
  const { stable, fallback, release } = wanted
  const versions = [
    stable,
    ...(fallback ? [fallback] : []),
    ...(release?.arms ?? []).map(({ registered }) => registered),
  ]
  return spec.precomputed === undefined && versions.every((version) => version.package.answeredBy === undefined)
}
