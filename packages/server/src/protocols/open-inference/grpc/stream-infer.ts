import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { ReadEventTime } from '../decode-infer.ts'
import type { InferenceService } from '../inference-service.ts'
import { infer } from './inference-methods.ts'
import type { GrpcInferRequest } from './read-grpc.ts'

/** So many requests of one stream are under way at once; the next are read when one of them is answered. */
const MOST_AT_ONCE = 256

export type StreamOptions = {
  readonly service: InferenceService
  readonly readEventTime: ReadEventTime
  /** What a failed request is answered with; the stream goes on. */
  readonly toText: (error: unknown) => string
}

/**
 * Triton's `ModelStreamInfer`: each request of the stream is answered by one message, when it is ready; which it answers says its id.
 * (MLServer's method of this name answers with another message.)
 */
export function streamInfer(
  call: ServerDuplexStream<unknown, object>,
  { service, readEventTime, toText }: StreamOptions,
): void {
  let underWay = 0
  let isEnded = false
  const write = (message: object): void => {
    underWay--
    if (!call.cancelled) call.write(message)
    if (isEnded && underWay === 0) call.end()
    else call.resume()
  }
  call.on('data', (data: unknown) => {
    const request = data as GrpcInferRequest
    underWay++
    if (underWay >= MOST_AT_ONCE) call.pause()
    infer(service, request, call, readEventTime).then(
      (inferResponse) => write({ inferResponse }),
      (error: unknown) => write({ errorMessage: toText(error), inferResponse: echoOf(request) }),
    )
  })
  call.on('end', () => {
    isEnded = true
    if (underWay === 0) call.end()
  })
}

/** By these a client knows which of its requests failed. */
const echoOf = ({ modelName, modelVersion, id }: GrpcInferRequest): object => ({ modelName, modelVersion, id })
