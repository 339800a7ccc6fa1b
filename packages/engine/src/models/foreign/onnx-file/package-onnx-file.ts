import { posix } from 'node:path'
import { fromRows, type ImportSignature, programSignatureSchema, RegiaError, type Row, wayOutOfFile } from '@regia/core'
import { type ForeignGraph, readForeignGraph } from '../foreign-graph.ts'
import { externalReader, fileAt, MAX_ONNX_BYTES, type ModelFiles, readLimited } from '../model-files.ts'
import { packageForeign } from '../package-onnx.ts'
import { assertServable } from './assert-servable.ts'
import { columnsOfGraph } from './columns-of-graph.ts'
import { madeUpRows } from './made-up-rows.ts'
import { outcomeOfFile } from './outcome-of-file.ts'

/** An ONNX file of another tool, with what its maker says of it. */
export type OnnxFile = {
  /** The file that ends in `.onnx`, and those with its weights beside it. */
  readonly files: ModelFiles
  readonly signature?: ImportSignature | undefined
  readonly example?: readonly Row[] | undefined
}

const TARGET = 'answer'
/** Fewer rows say nothing of how inputs are distributed. */
const REFERENCE_ROWS = 200

/**
 * Makes a model package of an ONNX file by itself: names and types of its columns, its task and its classes are found in the graph where nobody says them.
 *
 * @returns The bytes of the package.
 * @throws RegiaError `MODEL_INVALID` for what cannot be served, with the way out.
 */
export async function packageOnnxFile({ files, signature: said, example }: OnnxFile): Promise<Uint8Array> {
  const path = onnxPathIn(files)
  const onnx = await readLimited(fileAt(files, path), MAX_ONNX_BYTES)
  const wayOut = wayOutOfFile(path, onnx.subarray(0, 16))
  if (wayOut) throw wayOut
  const foreign = readForeignGraph(onnx, { readExternal: externalReader(files, posix.dirname(path)) })
  const target = said?.target ?? TARGET
  const columns = columnsOfGraph(foreign, { columns: said?.columns, target, example })
  const rows = example ?? madeUpRows(columns, foreign.model.graph)
  const types = Object.fromEntries(columns.map(({ name, type }) => [name, type]))
  const outcome = outcomeOfFile(foreign, said)
  const isUnnamed = 'classes' in outcome && !foreign.classes && !said?.classes
  const signature = programSignatureSchema.parse({ ...said, target, columns, ...outcome })
  const noted = withNotes(foreign, Object.keys(files).length, isUnnamed)
  const packageOf = () =>
    packageForeign(noted, {
      signature,
      reference: fromRows(rows, types),
      isExampleOnly: rows.length < REFERENCE_ROWS,
      isExampleMadeUp: !example,
      keepsNames: true,
    })
  const bytes = await packageOf().catch((cause: unknown) => {
    if (cause instanceof RegiaError) throw cause
    throw failsOn(example ? 'the example' : 'rows that were made up', cause)
  })
  await assertServable(bytes, rows)
  return bytes
}

const withNotes = (foreign: ForeignGraph, fileCount: number, isUnnamed: boolean): ForeignGraph => ({
  ...foreign,
  notes: [
    ...foreign.notes,
    ...(isUnnamed ? ['Nothing names its classes: they are called by their places, 0, 1 and so on.'] : []),
    ...(foreign.inputs.some(({ elementType }) => elementType === 'double')
      ? [
          'Its inputs are doubles; rows come as 32-bit floats, so that values beside a threshold may fall on its other side.',
        ]
      : []),
    ...(fileCount > 1 ? ['The weights beside the graph were put into it: the package holds one file.'] : []),
  ],
})

/** The one that ends so; where there are several, "model.onnx". */
function onnxPathIn(files: ModelFiles): string {
  const paths = Object.keys(files)
  const found = paths.filter((path) => path.toLowerCase().endsWith('.onnx'))
  const chosen = found.length > 1 ? found.filter((path) => posix.basename(path) === 'model.onnx') : found
  const [path, another] = chosen.length > 0 || paths.length > 1 ? chosen : paths
  if (path !== undefined && another === undefined) return path
  throw new RegiaError(
    'MODEL_INVALID',
    `One ONNX file is imported at a time; here ${found.length} files end in ".onnx".`,
    {
      where: found.slice(0, 5).join(', '),
      hint: 'Name the file itself; the files with its weights go along.',
    },
  )
}

const failsOn = (what: string, cause: unknown): RegiaError =>
  new RegiaError('MODEL_INVALID', `The graph fails on ${what}: ${String(cause).slice(0, 500)}`, {
    cause,
    hint: 'Give rows that it takes: --example rows.json (a list of objects) or rows.csv.',
  })
