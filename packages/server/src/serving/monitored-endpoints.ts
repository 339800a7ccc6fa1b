import type { EndpointReference, ReferenceProfile, SketchJson } from '@regia/core'
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
  readonly reference: (endpoint: string) => Promise<EndpointReference>
  readonly takeReference: (
    endpoint: string,
    span: { readonly from: number; readonly until: number },
    minimumRows: number,
  ) => Promise<void>
  readonly findVersion: (
    endpoint: string,
    version: number,
  ) => Promise<
    { readonly profile: ReferenceProfile; readonly importance: Readonly<Record<string, number>> } | undefined
  >
}

export function monitoredEndpoints(
  { endpoints, consumer, counts, references, findFactsAt }: Serving,
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
    reference: (endpoint) => references.get(endpoint),
    takeReference: (endpoint, span, minimumRows) => references.takeIfEnough(endpoint, span, minimumRows),
    findVersion: async (endpoint, version) => {
      const gateway = endpoints.find(endpoint)
      if (!gateway) return undefined
      const { model } = parseModelRef(gateway.spec.stable)
      const reference = (await findFactsAt(model, version, endpoint))?.reference
      if (!reference) return undefined
      return { profile: reference.profile, importance: (await models.findKnown(model, version))?.importance ?? {} }
    },
  }
}
