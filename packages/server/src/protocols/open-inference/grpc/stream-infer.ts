import type { ServerDuplexStream } from '@grpc/grpc-js'
import type { ReadEventTime } from '../decode-infer.ts'
import type { InferenceService } from '../inference-service.ts'
import { infer } from './inference-methods.ts'
import type { OpenStreams } from './open-streams.ts'
import type { GrpcInferRequest } from './read-grpc.ts'

/** So many requests of one stream are under way at once; the next are read when one of them is answered. */
const MOST_AT_ONCE = 256

export type StreamOptions = {
  readonly service: InferenceService
  readonly readEventTime: ReadEventTime
  /** What a failed request is answered with; the stream goes on. */
  readonly toText: (error: unknown) => string
  readonly streams: OpenStreams
}

/**
 * Triton's `ModelStreamInfer`: each request of the stream is answered by one message, when it is ready; which it answers says its id.
 * (MLServer's method of this name answers with another message.)
 */
export function streamInfer(
  call: ServerDuplexStream<unknown, object>,
  { service, readEventTime, toText, streams }: StreamOptions,
): void {
  let underWay = 0
  let [isEnded, isDone] = [false, false]
  const endIfDone = (): void => {
    if (!isEnded || underWay > 0 || isDone) return
    isDone = true
    call.end()
  }
  const write = (message: object): void => {
    underWay--
    if (!call.cancelled) call.write(message)
    call.resume()
    endIfDone()
  }
  call.on('data', (data: unknown) => {
    if (isDone) return
    const request = data as GrpcInferRequest
    underWay++
    if (underWay >= MOST_AT_ONCE) call.pause()
    infer(service, request, call, readEventTime).then(
      (inferResponse) => write({ inferResponse }),
      (error: unknown) => write({ errorMessage: toText(error), inferResponse: echoOf(request) }),
    )
  })
  const finish = (): void => {
    isEnded = true
    endIfDone()
  }
  call.on('end', finish)
  call.on('close', streams.add(finish))
}

/** By these a client knows which of its requests failed. */
const echoOf = ({ modelName, modelVersion, id }: GrpcInferRequest): object => ({ modelName, modelVersion, id })
