import { resolve } from 'node:path'
import { type Prediction, RegiaError, type Row } from '@regia/core'
import type { Action } from '../command.ts'
import { formatScore } from './format.ts'
import { parseJson, parseRow, readRows } from './read-rows.ts'

type PredictInput = { endpoint: string; row: readonly string[]; file: string | undefined; at: string | undefined }

export const predict: Action<PredictInput> = async (input, context) => {
  const rows = await rowsOf(input, context.workingDir)
  const { client } = await context.connect({ needsGateway: true })
  const response = await client.endpoints.predict(input.endpoint, { rows, ...(input.at && { at: input.at }) })
  const { output } = context
  output.result(response, () => {
    const table = output.table(response.predictions, [
      { title: 'prediction', value: (each: Prediction) => each.label ?? formatScore(each.score) },
      { title: 'score', value: (each) => formatScore(each.score), align: 'right' },
      { title: 'probabilities', value: probabilitiesText, shrinks: true },
      ...(response.predictions.some(({ servedBy }) => servedBy) ? [SERVED_BY] : []),
      { title: 'id', value: (each) => each.id },
    ])
    return `${table}\n${output.style.dim(`${response.model} version ${response.version}`)}`
  })
}

const SERVED_BY = {
  title: 'answered by',
  value: ({ servedBy, degraded }: Prediction) => [servedBy, degraded].filter(Boolean).join(': '),
  shrinks: true,
} as const

/** The most probable classes where the endpoint lists them, else all as they come. */
const probabilitiesText = ({ top, probabilities = {} }: Prediction) =>
  (top?.map(({ label, probability }) => [label, probability] as const) ?? Object.entries(probabilities))
    .map(([name, value]) => `${name} ${formatScore(value)}`)
    .join(', ')

async function rowsOf(input: PredictInput, workingDir: string): Promise<Row[]> {
  const given = input.row.map((text, i) => parseRow(parseJson(text, `--row ${i + 1}`), `--row ${i + 1}`))
  const rows = input.file ? [...given, ...(await readRows(resolve(workingDir, input.file)))] : given
  if (rows.length > 0) return rows
  throw new RegiaError('INVALID_INPUT', 'There is no row to predict.', {
    where: `regia predict ${input.endpoint}`,
    hint: `Give one with --row '{"name": 1}', or a file with --file rows.jsonl.`,
  })
}
