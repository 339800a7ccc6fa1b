import {
  createRng,
  floatColumn,
  gradientBoosting,
  makeTable,
  passthrough,
  programSignatureSchema,
  stringColumn,
  type Table,
  tabularModel,
  withColumn,
} from '@regia/core'
import { openModel, packageOnnx, readModelPackage, writeModelPackage } from '@regia/engine'
import { inputName, mlpGraph, mlpRows } from '../../tests/fixtures/models/mlp.ts'

export type Subject = { readonly opened: ReturnType<typeof readModelPackage>; readonly heldOut: Table }

const ROWS = 10_000

/** A network with random weights, and rows whose labels are drawn from what it says. */
export async function network(sizes: readonly number[]): Promise<Subject> {
  const table = mlpRows(sizes[0]!, ROWS)
  const signature = programSignatureSchema.parse({
    ...{ target: 'y', task: 'binary', classes: ['no', 'yes'] },
    columns: Array.from({ length: sizes[0]! }, (_, i) => inputName(i)),
  })
  const opened = readModelPackage(await packageOnnx({ onnx: mlpGraph({ sizes }), signature, reference: table }))
  const model = await openModel(opened)
  const { scores } = await model.predictTable(table)
  await model.close()
  const rng = createRng('labels')
  const labels = Array.from(scores, (score) => (rng.next() < score ? 'yes' : 'no'))
  return { opened, heldOut: withColumn(table, 'y', stringColumn(labels)) }
}

const FEATURES = 20

function rowsOfBooster(count: number, seed: string): Table {
  const rng = createRng(seed)
  const columns = Array.from({ length: FEATURES }, () => Array.from({ length: count }, () => rng.normal()))
  const [a, b, c, d] = columns
  const labels = Array.from({ length: count }, (_, row) => {
    const logit = a![row]! + Math.abs(b![row]!) - c![row]! * d![row]! - 0.5
    return rng.next() < 1 / (1 + Math.exp(-logit)) ? 'yes' : 'no'
  })
  const named = columns.map((values, i) => [inputName(i), floatColumn(values)] as const)
  return makeTable({ ...Object.fromEntries(named), y: stringColumn(labels) })
}

/** A booster of 600 trees that went on long after it had learned what can be learned. */
export async function booster(): Promise<Subject> {
  const train = rowsOfBooster(4_000, 'train')
  const learner = gradientBoosting({ trees: 600, leaves: 31, learningRate: 0.1 })
  const columns = Array.from({ length: FEATURES }, (_, i) => inputName(i))
  const fitted = tabularModel({ transforms: [passthrough(columns)], learner }).fit(train, { target: 'y' })
  const { bytes } = await writeModelPackage({ fitted, train })
  return { opened: readModelPackage(bytes), heldOut: rowsOfBooster(2 * ROWS, 'held out') }
}
