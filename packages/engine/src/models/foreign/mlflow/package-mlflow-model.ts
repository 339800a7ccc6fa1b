import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import { fromRows, programSignatureSchema, RegiaError } from '@regia/core'
import { readForeignGraph } from '../foreign-graph.ts'
import { externalReader, fileAt, MAX_ONNX_BYTES, type ModelFiles, readLimited } from '../model-files.ts'
import { packageForeign } from '../package-onnx.ts'
import { columnsOfMlmodel, type NamedColumn } from './columns-of-mlmodel.ts'
import { blankRow, exampleRows } from './example-rows.ts'
import { readMlmodel } from './mlmodel.ts'
import { outcomeOfGraph } from './outcome-of-graph.ts'
import { onnxPathOf } from './servable-flavor.ts'

/** A folder as MLflow's client logs a model. */
export type MlflowModelFolder = {
  readonly files: ModelFiles
  /** What is known of how well it does. */
  readonly metrics?: Readonly<Record<string, number>>
}

const MAX_EXAMPLE_BYTES = 16 * 2 ** 20
/** Fewer rows say nothing of how inputs are distributed. */
const REFERENCE_ROWS = 200

/**
 * Makes a model package of an ONNX model that MLflow's client logged: columns from its signature, an example from its example, weights from the
 * files beside it.
 *
 * @returns The bytes of the package.
 * @throws RegiaError `MODEL_INVALID` for a model of another kind, or one whose inputs or answer are no rows and columns; its hint is the way out.
 */
export async function packageMlflowModel({ files, metrics = {} }: MlflowModelFolder): Promise<Uint8Array> {
  const mlmodel = await readMlmodel(await readFile(fileAt(files, 'MLmodel'), 'utf8'))
  const path = onnxPathOf(mlmodel)
  const onnx = await readLimited(fileAt(files, path), MAX_ONNX_BYTES)
  const readExternal = externalReader(files, posix.dirname(path))
  const foreign = readForeignGraph(onnx, { readExternal })
  const columns = columnsOfMlmodel(mlmodel.inputs, foreign.inputs)
  const rows = await findExample(files, mlmodel.examples, columns)
  const signature = programSignatureSchema.parse({ target: 'answer', columns, metrics, ...outcomeOfGraph(foreign) })
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]))
  return packageForeign(foreign, {
    signature,
    reference: fromRows(rows ?? [blankRow(columns)], types),
    isExampleOnly: (rows?.length ?? 0) < REFERENCE_ROWS,
    isExampleMadeUp: !rows,
    keepsNames: true,
  }).catch((cause: unknown) => {
    throw cause instanceof RegiaError ? cause : failsOn(rows ? 'its example' : 'a row of zeros and empty texts', cause)
  })
}

const failsOn = (what: string, cause: unknown): RegiaError =>
  new RegiaError('MODEL_INVALID', `its graph fails on ${what}: ${String(cause).slice(0, 500)}`, {
    cause,
    hint: 'Log the model with an input_example that it takes: mlflow.onnx.log_model(…, input_example=X.head(5)).',
  })

async function findExample(
  files: MlflowModelFolder['files'],
  paths: readonly string[],
  columns: readonly NamedColumn[],
) {
  for (const path of paths) {
    const file = Object.hasOwn(files, path) ? files[path] : undefined
    const rows = file === undefined ? undefined : exampleRows(await readJson(file), columns)
    if (rows) return rows
  }
  return undefined
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse((await readLimited(file, MAX_EXAMPLE_BYTES)).toString('utf8'))
  } catch {
    // An example that cannot be read is none.
    return undefined
  }
}
