const text = { type: 'string' }
const whole = { type: 'integer' }
const parameters = { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } }
const shape = { type: 'array', items: { type: 'integer', minimum: -1 } }
const datatype = {
  enum: [
    ...['BOOL', 'UINT8', 'UINT16', 'UINT32', 'UINT64', 'INT8', 'INT16', 'INT32', 'INT64'],
    ...['FP16', 'BF16', 'FP32', 'FP64', 'BYTES'],
  ],
}
const tensorMetadata = {
  type: 'object',
  required: ['name', 'datatype', 'shape'],
  properties: { name: text, datatype, shape },
  additionalProperties: false,
}
const duration = {
  type: 'object',
  required: ['count', 'ns'],
  properties: { count: { ...whole, minimum: 0 }, ns: { ...whole, minimum: 0 } },
  additionalProperties: false,
}
const durations = (...names: readonly string[]) => ({
  type: 'object',
  required: names,
  properties: Object.fromEntries(names.map((name) => [name, duration])),
})

/**
 * What the protocol says of its replies, by their kind: the shapes of `open_inference_rest.yaml`, and for the extensions those of Triton's
 * protocol documents, from which they are written down here.
 *
 * @see https://github.com/kserve/open-inference-protocol/blob/main/specification/protocol/open_inference_rest.yaml
 * @see https://github.com/triton-inference-server/server/tree/main/docs/protocol
 */
export const RESPONSE_SCHEMAS = {
  metadata_server_response: {
    type: 'object',
    required: ['name', 'version', 'extensions'],
    properties: { name: text, version: text, extensions: { type: 'array', items: text } },
    additionalProperties: false,
  },
  live: { type: 'object', required: ['live'], properties: { live: { type: 'boolean' } }, additionalProperties: false },
  ready: { type: 'object', required: ['ready'], properties: { name: text, ready: { type: 'boolean' } } },
  metadata_model_response: {
    type: 'object',
    required: ['name', 'platform', 'inputs', 'outputs'],
    properties: {
      name: text,
      versions: { type: 'array', items: text },
      platform: text,
      inputs: { type: 'array', items: tensorMetadata },
      outputs: { type: 'array', items: tensorMetadata },
      properties: { type: 'object', additionalProperties: text },
    },
    additionalProperties: false,
  },
  inference_response: {
    type: 'object',
    required: ['model_name', 'outputs'],
    properties: {
      model_name: text,
      model_version: text,
      id: text,
      parameters,
      outputs: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name', 'shape', 'datatype'],
          properties: { name: text, shape, datatype, parameters, data: { type: 'array' } },
          additionalProperties: false,
        },
      },
    },
    additionalProperties: false,
  },
  error: {
    type: 'object',
    required: ['error'],
    properties: { error: { ...text, minLength: 1 } },
    additionalProperties: false,
  },
  repository_index_response: {
    type: 'array',
    items: {
      type: 'object',
      required: ['name', 'state', 'reason'],
      properties: {
        name: text,
        version: text,
        state: { enum: ['UNKNOWN', 'READY', 'UNAVAILABLE', 'LOADING', 'UNLOADING'] },
        reason: text,
      },
      additionalProperties: false,
    },
  },
  stats_model_response: {
    type: 'object',
    required: ['model_stats'],
    properties: {
      model_stats: {
        type: 'array',
        items: {
          type: 'object',
          required: ['name', 'last_inference', 'inference_count', 'execution_count', 'inference_stats', 'batch_stats'],
          properties: {
            name: text,
            version: text,
            last_inference: whole,
            inference_count: whole,
            execution_count: whole,
            inference_stats: durations(
              ...['success', 'fail', 'queue', 'compute_input', 'compute_infer', 'compute_output'],
              ...['cache_hit', 'cache_miss'],
            ),
            batch_stats: {
              type: 'array',
              items: {
                ...durations('compute_input', 'compute_infer', 'compute_output'),
                properties: {
                  batch_size: whole,
                  ...durations('compute_input', 'compute_infer', 'compute_output').properties,
                },
              },
            },
          },
        },
      },
    },
  },
} as const

export type ResponseKind = keyof typeof RESPONSE_SCHEMAS
