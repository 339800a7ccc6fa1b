import type {
  Clock,
  EndpointReference,
  IdFactory,
  JsonValue,
  ReferenceProfile,
  RunId,
  SketchJson,
  Trigger,
} from '@regia/core'
import type { MonitorStore } from './monitor-store.ts'

/** What windows of a version are compared with. */
export type MonitoredVersion = {
  readonly profile: ReferenceProfile
  /** How much each input counts for the model. */
  readonly importance: Readonly<Record<string, number>>
}

/** What monitoring needs to know of endpoints. Times are event times in milliseconds since 1970. */
export type EndpointSource = {
  readonly has: (endpoint: string) => boolean
  /** Makes everything that was logged before the call visible to the others. */
  readonly flush: (endpoint: string) => Promise<void>
  /** The latest event time of a prediction. */
  readonly findWatermark: (endpoint: string) => Promise<number | undefined>
  /** Grows when labels come. */
  readonly outcomeRevision: (endpoint: string) => number
  readonly servingVersion: (endpoint: string) => number | undefined
  /** Hours in [from, until) in which a version was asked something, oldest first. */
  readonly hours: (
    endpoint: string,
    from: number,
    until: number,
  ) => Promise<readonly { readonly hour: number; readonly version: number }[]>
  readonly sketches: (endpoint: string, version: number, from: number, until: number) => Promise<readonly SketchJson[]>
  /** What the version that serves is compared with. @throws RegiaError `NOT_FOUND`, `ENDPOINT_NOT_READY`. */
  readonly reference: (endpoint: string) => Promise<EndpointReference>
  /** Takes the predictions of a span for it, where there is none and they are enough. */
  readonly takeReference: (
    endpoint: string,
    span: { readonly from: number; readonly until: number },
    minimumRows: number,
  ) => Promise<void>
  /** Undefined where the version has no reference profile. */
  readonly findVersion: (endpoint: string, version: number) => Promise<MonitoredVersion | undefined>
}

/** What monitoring needs of pipelines. */
export type RunStarter = {
  readonly isRunning: (pipeline: string) => Promise<boolean>
  readonly exists: (id: RunId) => Promise<boolean>
  /** The same id again starts nothing. */
  readonly start: (run: {
    readonly id: RunId
    readonly pipeline: string
    readonly params: Readonly<Record<string, JsonValue>>
    readonly trigger: Trigger
  }) => Promise<RunId>
}

export type MonitoringDeps = {
  readonly store: MonitorStore
  readonly endpoints: EndpointSource
  readonly runs: RunStarter
  readonly publish: (type: 'monitor' | 'alert', id: string) => void
  readonly clock: Clock
  readonly newId: IdFactory
  /** Told of what failed while nobody waited for an answer. */
  readonly onError: (error: unknown) => void
}
