import type { ReadEventTime } from '../decode-infer.ts'
import type { InferenceService, PredictOptions } from '../inference-service.ts'
import { DATA_TYPE_NUMBERS } from '../model-config.ts'
import { parseInfer } from '../parse-infer.ts'
import { encodeGrpc } from './encode-grpc.ts'
import type { GrpcCall, GrpcMethod } from './method.ts'
import { type GrpcInferRequest, readGrpc, readParameters } from './read-grpc.ts'
import { statisticsMessage } from './statistics-message.ts'

type NamedModel = { readonly name: string; readonly version: string }
type ModelRequest = { readonly modelName: string; readonly parameters: Parameters<typeof readParameters>[0] }

/** The methods of `inference.GRPCInferenceService` that answer one message with one. */
export const inferenceMethods = (service: InferenceService, readEventTime: ReadEventTime): readonly GrpcMethod[] => [
  { name: 'ServerLive', request: 'Nothing', response: 'ServerLiveResponse', answer: () => ({ live: true }) },
  { name: 'ServerReady', request: 'Nothing', response: 'Ready', answer: () => ({ ready: service.isReady() }) },
  { name: 'ServerMetadata', request: 'Nothing', response: 'ServerMetadataResponse', answer: () => service.server() },
  {
    name: 'ModelReady',
    request: 'NamedModel',
    response: 'Ready',
    answer: ofModel((name, version) => ({ ready: service.isModelReady(name, version) })),
  },
  {
    name: 'ModelMetadata',
    request: 'NamedModel',
    response: 'ModelMetadataResponse',
    answer: ofModel((name, version) => service.metadata(name, version)),
  },
  {
    name: 'ModelConfig',
    request: 'NamedModel',
    response: 'ModelConfigResponse',
    answer: ofModel((name, version) => ({ config: configMessage(service.config(name, version)) })),
  },
  {
    name: 'ModelStatistics',
    request: 'NamedModel',
    response: 'ModelStatisticsResponse',
    answer: ofModel((name, version) => ({
      modelStats: service.statistics(name === '' ? undefined : name, version).map(statisticsMessage),
    })),
  },
  {
    name: 'ModelInfer',
    request: 'ModelInferRequest',
    response: 'ModelInferResponse',
    answer: (request, call) => infer(service, request as GrpcInferRequest, call, readEventTime),
  },
  {
    name: 'RepositoryIndex',
    request: 'RepositoryIndexRequest',
    response: 'RepositoryIndexResponse',
    answer: (request) => ({ models: service.index((request as { readonly ready: boolean }).ready) }),
  },
  {
    name: 'RepositoryModelLoad',
    request: 'RepositoryModelRequest',
    response: 'Nothing',
    answer: async (request) => {
      const { modelName, parameters } = request as ModelRequest
      await service.load(modelName, readParameters(parameters))
      return {}
    },
  },
  {
    name: 'RepositoryModelUnload',
    request: 'RepositoryModelRequest',
    response: 'Nothing',
    answer: async (request) => {
      await service.unload((request as ModelRequest).modelName)
      return {}
    },
  },
]

/** An empty version means whichever serves. */
const ofModel =
  (answer: (name: string, version: string | undefined) => object) =>
  (request: unknown): object => {
    const { name, version } = request as NamedModel
    return answer(name, version === '' ? undefined : version)
  }

/** One inference, of a call or of a stream. */
export function infer(
  service: InferenceService,
  request: GrpcInferRequest,
  call: GrpcCall,
  readEventTime: ReadEventTime,
): Promise<object> {
  const { modelName: model, modelVersion } = request
  const isRaw = request.rawInputContents.length > 0
  return service.infer(
    model,
    modelVersion === '' ? undefined : modelVersion,
    ({ signature }, clock) => {
      const message = readGrpc(request)
      const marksFinal = message.parameters.triton_enable_empty_final_response === true
      return parseInfer(message, signature, { clock, readEventTime }, (answer, id, outputs) =>
        encodeGrpc({ model, answer, id, outputs, isRaw, marksFinal }),
      )
    },
    optionsOf(call),
  )
}

function optionsOf(call: GrpcCall): PredictOptions {
  const deadline = Number(call.getDeadline())
  const isGone = () => call.cancelled
  return Number.isFinite(deadline) ? { isGone, deadlineAt: performance.now() + deadline - Date.now() } : { isGone }
}

function configMessage(config: ReturnType<InferenceService['config']>): object {
  const tensor = ({ name, data_type, dims }: (typeof config.input)[number]) => ({
    name,
    dataType: DATA_TYPE_NUMBERS[data_type] ?? 0,
    dims,
  })
  return {
    name: config.name,
    platform: config.platform,
    backend: config.backend,
    versionPolicy: config.version_policy,
    maxBatchSize: config.max_batch_size,
    input: config.input.map(tensor),
    output: config.output.map(tensor),
    defaultModelFilename: config.default_model_filename,
  }
}
