import type { ServerWritableStream } from '@grpc/grpc-js'
import { RegiaError } from '@regia/core'
import type { InferenceService } from '../inference-service.ts'
import type { GrpcMethod } from './method.ts'
import type { OpenStreams } from './open-streams.ts'

const SERVING = 1
const NOT_SERVING = 2
const SERVICE_UNKNOWN = 3
/** How soon a watcher learns of a change. */
const WATCH_MS = 1_000

/**
 * `grpc.health.v1.Health`, as probes of Kubernetes ask it: the whole server, the inference service, or a model by its name.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/health-checking.md
 */
export const healthMethods = (service: InferenceService, streams: OpenStreams): readonly GrpcMethod[] => [
  {
    name: 'Check',
    request: 'HealthCheckRequest',
    response: 'HealthCheckResponse',
    isOpen: true,
    answer: (request) => {
      const { service: name } = request as { readonly service: string }
      return { status: !streams.isClosing && isServing(service, name) ? SERVING : NOT_SERVING }
    },
  },
]

/** `Watch`: how a service is now, and again whenever that changes, until the caller or the server ends it. */
export function watchHealth(
  call: ServerWritableStream<unknown, object>,
  service: InferenceService,
  streams: OpenStreams,
): void {
  const { service: name } = call.request as { readonly service: string }
  let told: number | undefined
  const tell = (): void => {
    const status = statusOf(service, name, streams)
    if (status !== told) call.write({ status })
    told = status
  }
  tell()
  const timer = setInterval(tell, WATCH_MS)
  const remove = streams.add(() => {
    tell()
    call.end()
  })
  const stop = (): void => {
    clearInterval(timer)
    remove()
  }
  call.on('close', stop).on('cancelled', stop)
}

function statusOf(service: InferenceService, name: string, streams: OpenStreams): number {
  if (streams.isClosing) return NOT_SERVING
  try {
    return isServing(service, name) ? SERVING : NOT_SERVING
  } catch {
    return SERVICE_UNKNOWN
  }
}

function isServing(service: InferenceService, name: string): boolean {
  if (name === '' || name === 'inference.GRPCInferenceService') return service.isReady()
  if (service.names().includes(name)) return service.isModelReady(name, undefined)
  throw new RegiaError('NOT_FOUND', `There is no service "${name.slice(0, 100)}".`, {
    hint: 'Ask for "", "inference.GRPCInferenceService" or the name of an endpoint.',
  })
}
