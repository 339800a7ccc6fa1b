import { closeSync, openSync, readSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { type ExternalData, fromRows, programSignatureSchema, RegiaError } from '@regia/core'
import { readForeignGraph } from '../foreign-graph.ts'
import { packageOnnx } from '../package-onnx.ts'
import { columnsOfMlmodel, type NamedColumn } from './columns-of-mlmodel.ts'
import { blankRow, exampleRows } from './example-rows.ts'
import { readMlmodel } from './mlmodel.ts'
import { outcomeOfGraph } from './outcome-of-graph.ts'
import { onnxPathOf } from './servable-flavor.ts'

/** A folder as MLflow's client logs a model. */
export type MlflowModelFolder = {
  /** Files on this machine by their path within the folder. */
  readonly files: Readonly<Record<string, string>>
  /** What is known of how well it does. */
  readonly metrics?: Readonly<Record<string, number>>
}

const MAX_ONNX_BYTES = 512 * 2 ** 20
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
  return packageOnnx({
    ...{ onnx, signature, readExternal },
    reference: fromRows(rows ?? [blankRow(columns)], types),
    isExampleOnly: (rows?.length ?? 0) < REFERENCE_ROWS,
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

async function readLimited(file: string, maxBytes: number): Promise<Buffer> {
  const { size } = await stat(file)
  if (size > maxBytes) throw tooLarge(size, maxBytes)
  return readFile(file)
}

/** Locations are relative to the model's file, and stay in the folder since only its own files are known. */
function externalReader(files: MlflowModelFolder['files'], folder: string) {
  let read = 0
  return ({ location, offset, length }: ExternalData): Uint8Array => {
    const file = fileAt(files, posix.normalize(posix.join(folder, location)))
    const bytes = readPart(file, offset, length ?? MAX_ONNX_BYTES + 1 - read, length !== undefined)
    read += bytes.byteLength
    if (read > MAX_ONNX_BYTES) throw tooLarge(read, MAX_ONNX_BYTES)
    return bytes
  }
}

function readPart(file: string, offset: number, length: number, isExact: boolean): Uint8Array {
  if (!(offset >= 0 && length >= 0 && length <= MAX_ONNX_BYTES + 1)) throw tooLarge(length, MAX_ONNX_BYTES)
  const descriptor = openSync(file, 'r')
  try {
    const bytes = new Uint8Array(isExact ? length : Math.min(length, MAX_ONNX_BYTES + 1))
    let filled = 0
    while (filled < bytes.byteLength) {
      const count = readSync(descriptor, bytes, filled, bytes.byteLength - filled, offset + filled)
      if (count === 0) break
      filled += count
    }
    if (isExact && filled < length) {
      throw new RegiaError('MODEL_INVALID', 'a file with its weights is shorter than its graph says.', {
        hint: 'Log the model again: the upload may have broken off.',
      })
    }
    return bytes.slice(0, filled)
  } finally {
    closeSync(descriptor)
  }
}

function fileAt(files: MlflowModelFolder['files'], path: string): string {
  const file = Object.hasOwn(files, path) ? files[path] : undefined
  if (file !== undefined) return file
  throw new RegiaError('MODEL_INVALID', `its folder has no file "${path.slice(0, 200)}".`, {
    hint: 'Log the model again with mlflow.onnx.log_model: the upload may have broken off.',
  })
}

const tooLarge = (sizeBytes: number, maxBytes: number): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    `its graph and weights are ${sizeBytes} bytes or more; at most ${maxBytes} can be served.`,
    {
      hint: 'Serve it by the tool that made it, or make it smaller.',
    },
  )
