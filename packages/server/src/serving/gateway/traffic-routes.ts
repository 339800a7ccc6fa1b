import { assignShare, chooseRoute, type DeploymentRole, type Row } from '@regia/core'
import type { Deployment } from './deployment.ts'

/** A version beside the stable one, with the share of the traffic that it shall get. */
export type Route = {
  /** Absent where it did not load: its share stays with the stable version. */
  readonly deployment: Deployment | undefined
  readonly version: number
  readonly role: Extract<DeploymentRole, 'canary' | 'arm'>
  /** From 0 to 1. */
  readonly share: number
}

export type TrafficRoutesOptions = {
  readonly stable: Deployment
  /** In an order that stays the same for the length of a release, since the places of sticky entities depend on it. */
  readonly arms?: readonly Route[]
  readonly salt?: string | undefined
  /** The column whose value keeps an entity at one version. */
  readonly sticky?: string | undefined
  /** A number from [0, 1) for what is not sticky. */
  readonly draw?: () => number
}

/** Rows of a request that go to one version, by their places in the request. */
export type RoutedRows = { readonly deployment: Deployment; readonly places: readonly number[] }

/** Who answers which part of the traffic. Made anew whenever shares change: a request sees one state and no other. */
export class TrafficRoutes {
  readonly stable: Deployment
  readonly arms: readonly Route[]
  readonly #options: TrafficRoutesOptions
  readonly #shares: readonly { readonly share: number }[]

  constructor(options: TrafficRoutesOptions) {
    this.stable = options.stable
    this.arms = options.arms ?? []
    this.#options = options
    const shares = this.arms.map(({ deployment, share }) => ({ share: deployment ? share : 0 }))
    this.#shares = [{ share: 1 - shares.reduce((sum, { share }) => sum + share, 0) }, ...shares]
  }

  /** Whether anything but the stable version answers. */
  get isSplit(): boolean {
    return this.#shares[0]!.share < 1
  }

  /** Share of the stable version: what the others leave. */
  get stableShare(): number {
    return this.#shares[0]!.share
  }

  /** The column that places entities. */
  get sticky(): string | undefined {
    return this.#options.sticky
  }

  withShares(shares: ReadonlyMap<number, number>): TrafficRoutes {
    const arms = this.arms.map((arm) => ({ ...arm, share: shares.get(arm.version) ?? 0 }))
    return new TrafficRoutes({ ...this.#options, arms })
  }

  /** Which version answers which rows: row by row where entities are sticky, else one draw for the request. */
  split(rows: readonly Row[]): readonly RoutedRows[] {
    const { sticky } = this.#options
    const places = rows.map((_, place) => place)
    if (!this.isSplit) return [{ deployment: this.stable, places }]
    if (sticky === undefined) return [{ deployment: this.#at(this.#draw()), places }]
    const byDeployment = new Map<Deployment, number[]>()
    for (const place of places) {
      const deployment = this.#at(this.#placeOf(rows[place]![sticky]))
      const known = byDeployment.get(deployment)
      if (known) known.push(place)
      else byDeployment.set(deployment, [place])
    }
    return [...byDeployment].map(([deployment, own]) => ({ deployment, places: own }))
  }

  /** A row without an entity is drawn for itself. */
  #placeOf(entity: Row[string] | undefined): number {
    if (entity === undefined || entity === null) return this.#draw()
    return assignShare(this.#options.salt ?? '', String(entity))
  }

  #draw(): number {
    return (this.#options.draw ?? Math.random)()
  }

  #at(u: number): Deployment {
    const place = chooseRoute(this.#shares, u)
    return (place === 0 ? undefined : this.arms[place - 1]?.deployment) ?? this.stable
  }
}
