import protobuf from 'protobufjs/light.js'

const field = (type: string, id: number) => ({ type, id })
const list = (type: string, id: number) => ({ rule: 'repeated', type, id })
const map = (type: string, id: number) => ({ keyType: 'string', type, id })
type Fields = Record<string, { readonly type: string; readonly id: number }>
const message = (fields: Fields = {}) => ({ fields })
const named = message({ name: field('string', 1), version: field('string', 2) })
const durations = (names: readonly string[]) =>
  message(Object.fromEntries(names.map((name, i) => [name, field('StatisticDuration', i + 1)])))
const choice = (fields: Fields) => ({ fields, oneofs: { choice: { oneof: Object.keys(fields) } } })
const loading = message({
  repositoryName: field('string', 1),
  modelName: field('string', 2),
  parameters: map('ModelRepositoryParameter', 3),
})

/**
 * The messages of the protocol's gRPC form with the extensions that are offered here. Names are of no account on the wire, numbers are.
 *
 * @see https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/open_inference_grpc.proto
 * @see https://github.com/triton-inference-server/common/blob/main/protobuf/grpc_service.proto
 */
const inference = {
  Nothing: message(),
  ServerLiveResponse: message({ live: field('bool', 1) }),
  Ready: message({ ready: field('bool', 1) }),
  NamedModel: named,
  ServerMetadataResponse: message({
    name: field('string', 1),
    version: field('string', 2),
    extensions: list('string', 3),
  }),
  TensorMetadata: message({ name: field('string', 1), datatype: field('string', 2), shape: list('int64', 3) }),
  ModelMetadataResponse: message({
    name: field('string', 1),
    versions: list('string', 2),
    platform: field('string', 3),
    inputs: list('TensorMetadata', 4),
    outputs: list('TensorMetadata', 5),
  }),
  InferParameter: choice({
    boolParam: field('bool', 1),
    int64Param: field('int64', 2),
    stringParam: field('string', 3),
    doubleParam: field('double', 4),
    uint64Param: field('uint64', 5),
  }),
  InferTensorContents: message({
    boolContents: list('bool', 1),
    intContents: list('int32', 2),
    int64Contents: list('int64', 3),
    uintContents: list('uint32', 4),
    uint64Contents: list('uint64', 5),
    fp32Contents: list('float', 6),
    fp64Contents: list('double', 7),
    bytesContents: list('bytes', 8),
  }),
  InferTensor: message({
    name: field('string', 1),
    datatype: field('string', 2),
    shape: list('int64', 3),
    parameters: map('InferParameter', 4),
    contents: field('InferTensorContents', 5),
  }),
  InferRequestedOutputTensor: message({ name: field('string', 1), parameters: map('InferParameter', 2) }),
  ModelInferRequest: message({
    modelName: field('string', 1),
    modelVersion: field('string', 2),
    id: field('string', 3),
    parameters: map('InferParameter', 4),
    inputs: list('InferTensor', 5),
    outputs: list('InferRequestedOutputTensor', 6),
    rawInputContents: list('bytes', 7),
  }),
  ModelInferResponse: message({
    modelName: field('string', 1),
    modelVersion: field('string', 2),
    id: field('string', 3),
    parameters: map('InferParameter', 4),
    outputs: list('InferTensor', 5),
    rawOutputContents: list('bytes', 6),
  }),
  ModelStreamInferResponse: message({
    errorMessage: field('string', 1),
    inferResponse: field('ModelInferResponse', 2),
  }),
  ModelTensor: message({ name: field('string', 1), dataType: field('int32', 2), dims: list('int64', 4) }),
  ModelOutput: message({ name: field('string', 1), dataType: field('int32', 2), dims: list('int64', 3) }),
  SpecificVersions: message({ versions: list('int64', 1) }),
  VersionPolicy: message({ specific: field('SpecificVersions', 3) }),
  ModelConfig: message({
    name: field('string', 1),
    platform: field('string', 2),
    versionPolicy: field('VersionPolicy', 3),
    maxBatchSize: field('int32', 4),
    input: list('ModelTensor', 5),
    output: list('ModelOutput', 6),
    defaultModelFilename: field('string', 8),
    backend: field('string', 17),
  }),
  ModelConfigResponse: message({ config: field('ModelConfig', 1) }),
  StatisticDuration: message({ count: field('uint64', 1), ns: field('uint64', 2) }),
  InferStatistics: durations([
    'success',
    'fail',
    'queue',
    'computeInput',
    'computeInfer',
    'computeOutput',
    'cacheHit',
    'cacheMiss',
  ]),
  InferBatchStatistics: message({
    batchSize: field('uint64', 1),
    computeInput: field('StatisticDuration', 2),
    computeInfer: field('StatisticDuration', 3),
    computeOutput: field('StatisticDuration', 4),
  }),
  ModelStatistics: message({
    name: field('string', 1),
    version: field('string', 2),
    lastInference: field('uint64', 3),
    inferenceCount: field('uint64', 4),
    executionCount: field('uint64', 5),
    inferenceStats: field('InferStatistics', 6),
    batchStats: list('InferBatchStatistics', 7),
  }),
  ModelStatisticsResponse: message({ modelStats: list('ModelStatistics', 1) }),
  ModelRepositoryParameter: choice({
    boolParam: field('bool', 1),
    int64Param: field('int64', 2),
    stringParam: field('string', 3),
    bytesParam: field('bytes', 4),
  }),
  RepositoryIndexRequest: message({ repositoryName: field('string', 1), ready: field('bool', 2) }),
  ModelIndex: message({
    name: field('string', 1),
    version: field('string', 2),
    state: field('string', 3),
    reason: field('string', 4),
  }),
  RepositoryIndexResponse: message({ models: list('ModelIndex', 1) }),
  RepositoryModelRequest: loading,
  /** Of grpc.health.v1: the name of a service, and how it is. */
  HealthCheckRequest: message({ service: field('string', 1) }),
  HealthCheckResponse: message({ status: field('int32', 1) }),
}

export type MessageName = keyof typeof inference

const root = protobuf.Root.fromJSON({ nested: { inference: { nested: inference } } })

/** How a message becomes bytes and comes back: 64-bit numbers as text, which holds them whole, and every field with its default. */
export type Codec = {
  readonly encode: (message: object) => Buffer
  readonly decode: (bytes: Buffer) => unknown
}

const codecs = new Map<MessageName, Codec>()

export function codecOf(name: MessageName): Codec {
  const known = codecs.get(name)
  if (known) return known
  const type = root.lookupType(`inference.${name}`)
  const codec: Codec = {
    encode: (message) => Buffer.from(type.encode(message).finish()),
    decode: (bytes) =>
      type.toObject(type.decode(bytes), { longs: String, defaults: true, arrays: true, objects: true }),
  }
  codecs.set(name, codec)
  return codec
}
