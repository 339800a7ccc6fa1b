import { join, resolve, sep } from 'node:path'
import { inputElementType, type Signature, type SignatureColumn } from '@regia/core'
import type { RangeColumn } from '../../data/row-ranges/index.ts'
import type { OpenedPackage } from '../model-package.ts'
import { openModel } from '../open-model.ts'
import { type EncodedValues, encodeDictionaries } from './encode-dictionaries.ts'
import { keptColumns, scoredPath } from './prepare-scoring.ts'
import type { ScoreFileRequest } from './score-file.ts'
import type { ScoringThreadData, ScoringWork } from './scoring-messages.ts'
import { withoutMissing } from './without-missing.ts'
import type { ScoringManifest } from './work-folder.ts'

/** Rows that one call of the graph takes, so that its intermediate tensors stay in the caches. */
const CHUNK_ROWS = 8192
const THREAD_MB = 256

/** The graph as the threads take it, and what they have in common. */
export async function scoringWork(
  request: ScoreFileRequest,
  folder: string,
  { rows }: ScoringManifest,
): Promise<Omit<ScoringThreadData, 'stop'>> {
  const { signature } = request.model.manifest
  const { graph, inputs, values } = await encodeDictionaries(request.model.graph, signature, rows.dictionaries)
  const work: ScoringWork = {
    signature: { ...signature, inputs: [...inputs] },
    inputPath: scoredPath(request, folder, rows),
    columns: signature.inputs.map((input) => rangeColumn(input, rows.dictionaries[input.name], values[input.name])),
    keep: keptColumns(request, rows.columns),
    outputFolder: resolve(folder) + sep,
    chunkRows: await safeChunkRows(request.model),
    engine: { tempDir: join(folder, 'spill'), memoryLimitMb: THREAD_MB, threads: 1 },
  }
  return { graph: withoutMissing(graph, presentInputs(signature, inputs, values)), work }
}

/** Inputs of the changed graph in which nothing is missing: rows with null in them were judged as bad, unless a value is one to the encoder. */
const presentInputs = (
  signature: Signature,
  inputs: readonly SignatureColumn[],
  values: Readonly<Record<string, EncodedValues>>,
): ReadonlySet<string> =>
  new Set(
    signature.inputs.flatMap(({ name, type, nullable }, i) => {
      const encoded = values[name]
      const isPresent = encoded ? !hasNaN(encoded) : !nullable && type !== 'string'
      return isPresent ? [inputs[i]!.name] : []
    }),
  )

const hasNaN = (values: EncodedValues): boolean =>
  values instanceof Float32Array && values.some((value) => Number.isNaN(value))

function rangeColumn(
  { name, ...input }: SignatureColumn,
  dictionary: readonly string[] | undefined,
  encoded: EncodedValues | undefined,
): RangeColumn {
  const { type } = input
  const element = ELEMENTS[inputElementType(input)]
  if (element !== 'text') return { name, type, element }
  if (!dictionary) return { name, type, element }
  return encoded ? { name, type, element: 'encoded', dictionary, encoded } : { name, type, element, dictionary }
}

const ELEMENTS = { float: 'float32', int64: 'int64', string: 'text', bool: 'bool' } as const

/** A model that answers rows that are asked together otherwise than each alone is asked row by row. */
async function safeChunkRows(model: OpenedPackage): Promise<number> {
  const session = await openModel(model)
  try {
    return (await session.selfTest()).unsafeBatching === undefined ? CHUNK_ROWS : 1
  } finally {
    await session.close()
  }
}
