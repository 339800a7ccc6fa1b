import type { RegiaError } from '@regia/core'
import { toRegiaError } from './http/error-reply.ts'
import type { Gate } from './http/guard.ts'
import type { ReportFault } from './http/report-fault.ts'
import type { GrpcServer } from './protocols/open-inference/grpc/index.ts'
import { InferenceService, type RepositoryState } from './protocols/open-inference/index.ts'
import { parseEventTime, predictCall, type Serving } from './serving/index.ts'
import { VERSION } from './version.ts'

/** The endpoints as the Open Inference Protocol speaks of them. */
export function wireOpenInference({ endpoints, clock }: Serving): InferenceService {
  return new InferenceService({
    version: VERSION,
    get: (name) => endpoints.get(name),
    names: () => endpoints.all().map(({ spec }) => spec.name),
    predict: (name, read, options) => predictCall(endpoints.get(name), read, clock, options),
    stateOf: (name) => stateOf(endpoints.get(name)),
    load: (name) => endpoints.putBack(name),
    unload: (name) => endpoints.unload(name),
    statisticsOf: (name) => endpoints.get(name).loaded,
  })
}

function stateOf(endpoint: ReturnType<Serving['endpoints']['get']>): RepositoryState {
  const { isUnloaded } = endpoint
  const deployments = endpoint.deployments()
  const isIn = (wanted: string) => deployments.some(({ state }) => state === wanted)
  if (isUnloaded) return { state: isIn('draining') ? 'UNLOADING' : 'UNAVAILABLE', reason: 'unloaded', isUnloaded }
  if (endpoint.stable && endpoint.stable.failure === undefined) return { state: 'READY', reason: '', isUnloaded }
  if (isIn('loading')) return { state: 'LOADING', reason: '', isUnloaded }
  const reason = deployments.find(({ error }) => error !== undefined)?.error ?? 'not loaded yet'
  return { state: 'UNAVAILABLE', reason, isUnloaded }
}

export type GrpcWiring = {
  readonly service: InferenceService
  readonly gate: Gate
  readonly host: string
  readonly port: number
  readonly maxMessageBytes: number
  readonly report: ReportFault
}

/** Listens for gRPC, behind the same gate as HTTP. What it needs is loaded now. @throws RegiaError `PORT_IN_USE`, `CONFIG_INVALID`. */
export async function startGrpc({ gate, ...options }: GrpcWiring): Promise<GrpcServer> {
  const { startGrpcServer } = await import('./protocols/open-inference/grpc/index.ts')
  return startGrpcServer({
    ...options,
    readEventTime: parseEventTime,
    toRegiaError: (error): RegiaError => toRegiaError(error),
    assertAllowed: (headers) => gate.assertAllowed({ method: 'POST', url: '/', headers }),
  })
}
