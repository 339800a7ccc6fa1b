import {
  logVerbosity,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  setLogVerbosity,
} from '@grpc/grpc-js'
import { RegiaError } from '@regia/core'
import type { ReadEventTime } from '../decode-infer.ts'
import type { InferenceService } from '../inference-service.ts'
import { adviseTooLarge } from './advise-too-large.ts'
import { healthMethods, watchHealth } from './health.ts'
import { inferenceMethods } from './inference-methods.ts'
import { codecOf, type MessageName } from './messages.ts'
import type { GrpcMethod } from './method.ts'
import { OpenStreams } from './open-streams.ts'
import { toStatus } from './status.ts'
import { streamInfer } from './stream-infer.ts'

export type GrpcServerOptions = {
  readonly service: InferenceService
  readonly readEventTime: ReadEventTime
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  readonly maxMessageBytes: number
  /** @throws RegiaError `UNAUTHORIZED` for a caller who may not speak to the server. */
  readonly assertAllowed: (caller: GrpcCaller) => void
  readonly toRegiaError: (error: unknown) => RegiaError
  /** Told of what nobody foresaw. @returns The id under which it is kept. */
  readonly report: (error: unknown) => string
}

/** As the headers of a request over HTTP. */
export type GrpcCaller = { readonly host: string; readonly authorization?: string }

export type GrpcServer = {
  readonly port: number
  /** Answers what is under way, and breaks off what is not done after `graceMs`. */
  readonly close: (graceMs: number) => Promise<void>
}

const INFERENCE = 'inference.GRPCInferenceService'

/**
 * The Open Inference Protocol over gRPC: service `inference.GRPCInferenceService`, MLServer's name for the repository, and
 * `grpc.health.v1.Health`.
 *
 * @throws RegiaError `PORT_IN_USE`, `CONFIG_INVALID`.
 */
export async function startGrpcServer(options: GrpcServerOptions): Promise<GrpcServer> {
  // What goes wrong is told to whoever called; the library would also write it to standard error.
  setLogVerbosity(logVerbosity.NONE)
  const server = new Server({
    'grpc.max_receive_message_length': options.maxMessageBytes,
    'grpc.max_send_message_length': -1,
    'grpc.enable_channelz': 0,
    interceptors: [adviseTooLarge(options.maxMessageBytes)],
  })
  const streams = new OpenStreams()
  const methods = inferenceMethods(options.service, options.readEventTime)
  const repository = methods.filter(({ name }) => name.startsWith('Repository'))
  addMethods(server, INFERENCE, methods, options)
  addMethods(server, 'inference.model_repository.ModelRepositoryService', repository, options)
  addMethods(server, 'grpc.health.v1.Health', healthMethods(options.service, streams), options)
  addStreams(server, options, streams)
  const port = await bind(server, options)
  return {
    port,
    close: (graceMs) => {
      streams.close()
      return shutDown(server, graceMs)
    },
  }
}

function addMethods(server: Server, service: string, methods: readonly GrpcMethod[], options: GrpcServerOptions): void {
  for (const method of methods) {
    const handle = (call: ServerUnaryCall<unknown, object>, reply: sendUnaryData<object>): void => {
      void answer(method, call, options).then(
        (message) => reply(null, message),
        (error: unknown) => reply(faultOf(error, options)),
      )
    }
    const path = `/${service}/${method.name}`
    server.register(path, handle, codecOf(method.response).encode, readerOf(method.request), 'unary')
  }
}

/** What is no message is the caller's fault; thrown here it would be called ours. */
const readerOf =
  (name: MessageName) =>
  (bytes: Buffer): unknown => {
    try {
      return codecOf(name).decode(bytes)
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

const malformed = (cause: Error): RegiaError =>
  new RegiaError('INVALID_INPUT', 'The request is no message of this method.', {
    cause,
    hint: 'Make the client from the protocol’s own open_inference_grpc.proto.',
  })

async function answer(
  method: GrpcMethod,
  call: ServerUnaryCall<unknown, object>,
  { assertAllowed }: GrpcServerOptions,
): Promise<object> {
  if (!method.isOpen) assertAllowed(callerOf(call))
  if (call.request instanceof Error) throw malformed(call.request)
  return method.answer(call.request, call)
}

function addStreams(server: Server, options: GrpcServerOptions, streams: OpenStreams): void {
  const { service, readEventTime } = options
  const toText = (error: unknown): string => faultOf(error, options).details
  const handle = (call: ServerDuplexStream<unknown, object>): void => {
    try {
      options.assertAllowed(callerOf(call))
      streamInfer(call, { service, readEventTime, toText, streams })
    } catch (error) {
      call.emit('error', faultOf(error, options))
    }
  }
  const { encode } = codecOf('ModelStreamInferResponse')
  server.register(`/${INFERENCE}/ModelStreamInfer`, handle, encode, codecOf('ModelInferRequest').decode, 'bidi')
  const watch = (call: ServerWritableStream<unknown, object>): void => watchHealth(call, service, streams)
  const health = [codecOf('HealthCheckResponse').encode, codecOf('HealthCheckRequest').decode] as const
  server.register('/grpc.health.v1.Health/Watch', watch, ...health, 'serverStream')
}

function callerOf(call: Pick<ServerUnaryCall<unknown, object>, 'getHost' | 'metadata'>): GrpcCaller {
  const [authorization] = call.metadata.get('authorization')
  return { host: call.getHost(), ...(authorization !== undefined && { authorization: String(authorization) }) }
}

function faultOf(error: unknown, { toRegiaError, report }: GrpcServerOptions): ReturnType<typeof toStatus> {
  const known = toRegiaError(error)
  const status = toStatus(known)
  return known.code === 'INTERNAL' ? { ...status, details: `${status.details} It is ${report(error)}.` } : status
}

function bind(server: Server, { host, port }: GrpcServerOptions): Promise<number> {
  const address = `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    server.bindAsync(address, ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(notBound(address, error))
      else resolve(bound)
    })
  })
}

const notBound = (address: string, cause: Error): RegiaError =>
  cause.message.includes('EADDRINUSE')
    ? new RegiaError('PORT_IN_USE', `The gRPC port ${address} is taken by another program.`, {
        cause,
        hint: 'Choose another with --grpc-port, or --grpc-port 0 for any free one.',
      })
    : new RegiaError('CONFIG_INVALID', `This machine cannot listen for gRPC at ${address}.`, {
        cause,
        hint: 'Use 127.0.0.1 and a port above 1023.',
      })

function shutDown(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => server.forceShutdown(), graceMs)
    server.tryShutdown(() => {
      clearTimeout(late)
      resolve()
    })
  })
}
