import type { Row, Signature } from '@regia/core'
import { csvLine } from '../../http/csv/index.ts'
import { ERROR_SCHEMA, type JsonSchema, predictionSchema, rowSchema, TENSOR_SCHEMA } from './cell-schemas.ts'
import { type ExampleAnswer, exampleAnswers, type PackageExample } from './example-answers.ts'

/** What an endpoint serves, as its description needs it. */
export type DescribedEndpoint = {
  readonly name: string
  readonly description: string
  readonly model: string
  readonly version: number
  readonly signature: Signature
  readonly example: PackageExample
  /** How the Open Inference Protocol calls the inputs. */
  readonly tensors: readonly { readonly name: string; readonly datatype: string }[]
}

const MAX_EXAMPLE_ROWS = 3

/** The OpenAPI description of one endpoint: its inputs and answers by its signature, with rows of its package and what the graph said of them. */
export function endpointOpenApi(endpoint: DescribedEndpoint): JsonSchema {
  const { name, model, version, signature } = endpoint
  const rows = endpoint.example.rows.slice(0, MAX_EXAMPLE_ROWS)
  const answers = exampleAnswers({ ...endpoint.example, rows }, signature)
  return {
    openapi: '3.1.0',
    info: { title: name, version: String(version), description: introduction(endpoint) },
    servers: [{ url: '/' }],
    paths: {
      [`/api/v1/endpoints/${name}/predict`]: { post: predict(endpoint, rows, answers) },
      [`/v2/models/${name}/infer`]: { post: infer(endpoint, rows) },
      [`/api/v1/endpoints/${name}/invocations`]: { post: invocations(signature, rows, answers) },
      '/api/v1/labels': { post: labels(answers) },
    },
    components: {
      schemas: {
        Row: rowSchema(signature),
        Prediction: predictionSchema(signature),
        Tensor: TENSOR_SCHEMA,
        Error: ERROR_SCHEMA,
      },
    },
    'x-regia': { model, version },
  }
}

const introduction = ({ description, model, version, signature }: DescribedEndpoint): string =>
  [
    description,
    `Serves version ${version} of the model "${model}", which predicts ${signature.target}${signature.classes ? `: ${signature.classes.join(', ')}` : ''}.`,
    'The examples are rows of the model’s package. Every prediction is in the log before its reply.',
  ]
    .filter((part) => part !== '')
    .join('\n\n')

const ref = (schema: string): JsonSchema => ({ $ref: `#/components/schemas/${schema}` })
const json = (schema: JsonSchema, example: unknown): JsonSchema => ({ 'application/json': { schema, example } })
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items })

const object = (properties: Readonly<Record<string, JsonSchema>>, required = Object.keys(properties)): JsonSchema => ({
  type: 'object',
  required,
  properties,
})

const failures = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(
    [
      ['400', 'The request cannot be read'],
      ['422', 'A column is missing, unknown or of another type'],
      ['503', 'No version is loaded'],
    ].map(([status, description]) => [status, { description, content: { 'application/json': { schema } } }]),
  )

function predict(
  { name, model, version, signature }: DescribedEndpoint,
  rows: readonly Row[],
  answers: ExampleAnswer[],
) {
  const at = { type: 'string', format: 'date-time', description: 'When the event happened, if not now' }
  const answer = { endpoint: name, model, version, predictions: answers }
  const schema = object({
    endpoint: { type: 'string' },
    model: { type: 'string' },
    version: { type: 'integer' },
    predictions: list(ref('Prediction')),
  })
  return {
    operationId: 'predict',
    summary: 'Predict plain rows',
    requestBody: {
      required: true,
      content: {
        ...json(object({ rows: { ...list(ref('Row')), minItems: 1, maxItems: 10_000 }, at }, ['rows']), { rows }),
        'text/csv': { schema: { type: 'string' }, example: csvOf(rows, signature) },
      },
    },
    responses: {
      '200': { description: 'A prediction for each row, in their order', content: json(schema, answer) },
      ...failures(ref('Error')),
    },
  }
}

function infer({ name, version, tensors }: DescribedEndpoint, rows: readonly Row[]) {
  const inputs = tensors.map(({ name: tensor, datatype }) => ({
    name: tensor,
    datatype,
    shape: [rows.length],
    data: rows.map((row) => row[tensor] ?? null),
  }))
  const schema = object({
    model_name: { type: 'string', const: name },
    model_version: { type: 'string', examples: [String(version)] },
    outputs: list(ref('Tensor')),
  })
  return {
    operationId: 'infer',
    summary: 'Infer tensors, by the Open Inference Protocol',
    requestBody: { required: true, content: json(object({ inputs: list(ref('Tensor')) }), { inputs }) },
    responses: {
      '200': { description: 'The outputs', content: { 'application/json': { schema } } },
      ...failures(object({ error: { type: 'string' } })),
    },
  }
}

function invocations(signature: Signature, rows: readonly Row[], answers: ExampleAnswer[]) {
  const columns = signature.inputs.map(({ name }) => name)
  const data = rows.map((row) => columns.map((name) => row[name] ?? null))
  const predictions = answers.map(({ label, score }) => label ?? score)
  return {
    operationId: 'invocations',
    summary: 'Score a table, as MLflow’s scoring server does',
    requestBody: {
      required: true,
      content: json({ type: 'object' }, { dataframe_split: { columns, data } }),
    },
    responses: {
      '200': {
        description: 'Labels, or the numbers of a regression',
        content: json(object({ predictions: { type: 'array' } }), { predictions }),
      },
      ...failures(object({ error_code: { type: 'string' }, message: { type: 'string' } })),
    },
  }
}

function labels(answers: ExampleAnswer[]) {
  const [first] = answers
  const label = object({ predictionId: { type: 'string' }, label: { type: ['string', 'number', 'boolean'] } })
  return {
    operationId: 'pushLabels',
    summary: 'Say what really happened, by the id of the prediction',
    requestBody: {
      required: true,
      content: json(object({ labels: list(label) }), {
        labels: [{ predictionId: first?.id ?? '1-1-29', label: first?.label ?? first?.score ?? 0 }],
      }),
    },
    responses: {
      '200': {
        description: 'How many were new, and which ids are unknown',
        content: json(object({ acceptedCount: { type: 'integer' }, unknownIds: list({ type: 'string' }) }), undefined),
      },
      ...failures(ref('Error')),
    },
  }
}

const csvOf = (rows: readonly Row[], { inputs }: Signature): string =>
  [inputs.map(({ name }) => name), ...rows.map((row) => inputs.map(({ name }) => String(row[name] ?? '')))]
    .map(csvLine)
    .join('')
