import type { Signature, SignatureColumn } from '@regia/core'

export type JsonSchema = { readonly [key: string]: unknown }

const TYPES: Readonly<Record<SignatureColumn['type'], JsonSchema>> = {
  float: { type: 'number' },
  int: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  bool: { type: 'boolean' },
  string: { type: 'string' },
  timestamp: { type: 'string', format: 'date-time', description: 'ISO 8601, or milliseconds since 1970' },
}

/** A cell of a column in JSON. */
function cellSchema({ type, nullable, description }: SignatureColumn): JsonSchema {
  const schema = TYPES[type]
  return {
    ...schema,
    ...(nullable && { type: [schema.type, 'null'] }),
    ...(description !== undefined && description !== '' && { description }),
  }
}

/** A row of a model's inputs; what may be null may be left out. */
export const rowSchema = ({ inputs }: Signature): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  properties: Object.fromEntries(inputs.map((column) => [column.name, cellSchema(column)])),
  required: inputs.filter(({ nullable }) => !nullable).map(({ name }) => name),
})

const SCORE =
  'Of a classifier the probability of its positive class, else of the predicted one; of a regression the value.'

/** What a row is answered with at the plain route. */
export const predictionSchema = ({ classes }: Signature): JsonSchema => ({
  type: 'object',
  required: ['id', 'score'],
  properties: {
    id: { type: 'string', description: 'Where the prediction stands in the log; its label is pushed under it.' },
    ...(classes && { label: { type: 'string', enum: classes } }),
    score: { type: 'number', description: SCORE },
    ...(classes && {
      probabilities: {
        type: 'object',
        properties: Object.fromEntries(classes.map((name) => [name, { type: 'number', minimum: 0, maximum: 1 }])),
      },
    }),
  },
})

/** A tensor of the Open Inference Protocol. */
export const TENSOR_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['name', 'shape', 'datatype', 'data'],
  properties: {
    name: { type: 'string' },
    shape: { type: 'array', items: { type: 'integer' } },
    datatype: { type: 'string' },
    parameters: { type: 'object' },
    data: { type: 'array' },
  },
}

export const ERROR_SCHEMA: JsonSchema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'message'],
      properties: {
        code: { type: 'string' },
        message: { type: 'string' },
        hint: { type: 'string' },
        where: { type: 'string' },
      },
    },
  },
}
