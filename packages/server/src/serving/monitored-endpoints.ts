import type { ReferenceProfile, SketchJson } from '@regia/core'
import { parseModelRef } from './gateway/model-directory.ts'
import type { RegisteredModels } from './registered-models.ts'
import type { Serving } from './serving.ts'

/** Endpoints as something that watches them sees them. Times are event times in milliseconds since 1970. */
export type MonitoredEndpoints = {
  readonly has: (endpoint: string) => boolean
  readonly flush: (endpoint: string) => Promise<void>
  readonly findWatermark: (endpoint: string) => Promise<number | undefined>
  readonly outcomeRevision: (endpoint: string) => number
  readonly servingVersion: (endpoint: string) => number | undefined
  readonly hours: Serving['counts']['hours']
  readonly sketches: (endpoint: string, version: number, from: number, until: number) => Promise<readonly SketchJson[]>
  readonly findVersion: (
    endpoint: string,
    version: number,
  ) => Promise<
    { readonly profile: ReferenceProfile; readonly importance: Readonly<Record<string, number>> } | undefined
  >
}

export function monitoredEndpoints(
  { endpoints, consumer, counts }: Serving,
  models: Pick<RegisteredModels, 'findKnown'>,
): MonitoredEndpoints {
  return {
    has: (endpoint) => endpoints.find(endpoint) !== undefined,
    flush: (endpoint) => consumer.flush(endpoint),
    findWatermark: async (endpoint) => (await counts.findWatermark(endpoint))?.at,
    outcomeRevision: (endpoint) => consumer.outcomeRevision(endpoint),
    servingVersion: (endpoint) => endpoints.find(endpoint)?.stable?.version,
    hours: (endpoint, from, until) => counts.hours(endpoint, from, until),
    sketches: (endpoint, version, from, until) => counts.sketches(endpoint, version, from, until),
    findVersion: async (endpoint, version) => {
      const gateway = endpoints.find(endpoint)
      const known = gateway && (await models.findKnown(parseModelRef(gateway.spec.stable).model, version))
      return known?.reference && { profile: known.reference.profile, importance: known.importance }
    },
  }
}
