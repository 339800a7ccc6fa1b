import { RegiaError } from '@regia/core'
import type { InferenceService } from '../inference-service.ts'
import type { GrpcMethod } from './method.ts'

const SERVING = 1
const NOT_SERVING = 2

/**
 * `grpc.health.v1.Health`, as probes of Kubernetes ask it: the whole server, the inference service, or a model by its name.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export const healthMethods = (
  service: InferenceService,
  state: { readonly isClosing: boolean },
): readonly GrpcMethod[] => [
  {
    name: 'Check',
    request: 'HealthCheckRequest',
    response: 'HealthCheckResponse',
    isOpen: true,
    answer: (request) => {
      const { service: name } = request as { readonly service: string }
      return { status: !state.isClosing && isServing(service, name) ? SERVING : NOT_SERVING }
    },
  },
]

function isServing(service: InferenceService, name: string): boolean {
  if (name === '' || name === 'inference.GRPCInferenceService') return service.isReady()
  if (service.names().includes(name)) return service.isModelReady(name, undefined)
  throw new RegiaError('NOT_FOUND', `There is no service "${name.slice(0, 100)}".`, {
    hint: 'Ask for "", "inference.GRPCInferenceService" or the name of an endpoint.',
  })
}
