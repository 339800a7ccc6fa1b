import type {
  Endpoint,
  EndpointPlan,
  EndpointSpecInput,
  Page,
  PageQuery,
  Release,
  RewardsRequest,
  RewardsResponse,
  ShadowDifference,
} from '@regia/core'
import type { Transport } from './transport.ts'

type Path = (...parts: readonly (string | number)[]) => string
type Reason = { readonly reason?: string }

/** Releases of endpoints; a part of the client. Every act answers with the endpoint as it is then. */
export const releaseMethods = ({ json }: Pick<Transport, 'json'>, at: Path) => ({
  /** What applying specs would change, field by field; changes nothing. */
  plan: async (specs: readonly EndpointSpecInput[]) =>
    (await json<{ readonly plans: readonly EndpointPlan[] }>('POST', at('endpoints', 'plan'), { body: { specs } }))
      .plans,
  /** Takes the endpoint out of service for good; its prediction log stays. Throws `NOT_FOUND`. */
  remove: (name: string) => json<void>('DELETE', at('endpoints', name)),
  /** The release that runs (a shadow, canary, experiment or bandit), else the last one, else nothing. */
  release: (name: string) => json<Release | undefined>('GET', at('endpoints', name, 'release')),
  /** Shadows, canaries, experiments and bandits, newest first. */
  releases: (name: string, query: PageQuery = {}) =>
    json<Page<Release>>('GET', at('endpoints', name, 'releases'), { query }),
  /** Requests of late that champion and challenger in shadow answer most differently. */
  differences: async (name: string, query: { readonly limit?: number } = {}) =>
    (
      await json<{ readonly items: readonly ShadowDifference[] }>(
        'GET',
        at('endpoints', name, 'comparison', 'differences'),
        { query },
      )
    ).items,
  /** Makes a version of the release (the winner, or the only one, where none is named), or the one in shadow, the champion. Throws `CONFLICT`. */
  promote: (name: string, body: Reason & { readonly version?: number } = {}) =>
    json<Endpoint>('POST', at('endpoints', name, 'promote'), { body }),
  /** Takes back what is being released, at once; without a release brings the last champion back. Throws `CONFLICT`. */
  rollback: (name: string, body: Reason = {}) => json<Endpoint>('POST', at('endpoints', name, 'rollback'), { body }),
  /** Keeps the shares as they are; the rules still guard the release. Throws `CONFLICT`. */
  pause: (name: string, body: Reason = {}) => json<Endpoint>('POST', at('endpoints', name, 'pause'), { body }),
  /** Goes on with a paused release. Throws `CONFLICT`. */
  resume: (name: string, body: Reason = {}) => json<Endpoint>('POST', at('endpoints', name, 'resume'), { body }),
  /** Takes the next step of a canary without waiting; from the last one it is promoted. Throws `CONFLICT`. */
  advance: (name: string, body: Reason = {}) => json<Endpoint>('POST', at('endpoints', name, 'advance'), { body }),
  /** Tries again what was refused, stopped or taken back last. Throws `CONFLICT`. */
  retry: (name: string) => json<Endpoint>('POST', at('endpoints', name, 'retry'), { body: {} }),
  /** Ends the release; the stable version gets all requests. Throws `CONFLICT`. */
  stop: (name: string, body: Reason = {}) => json<Endpoint>('POST', at('endpoints', name, 'stop'), { body }),
})

/** What predictions earned; a part of the client. */
export const rewardMethods = ({ json }: Pick<Transport, 'json'>, at: Path) => ({
  /** Up to 10,000 at once; what is accepted is in the log when it answers. The first reward of a prediction counts. */
  push: (body: RewardsRequest) => json<RewardsResponse>('POST', at('rewards'), { body }),
})
