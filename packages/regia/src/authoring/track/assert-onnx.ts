import { readFile, stat } from 'node:fs/promises'
import { decodeModel, type OnnxModel, RegiaError } from '@regia/core'

/** Larger ones are taken as they are: they would have to be in memory as a whole. */
const MOST_BYTES = 512_000_000

/** @throws RegiaError `MODEL_INVALID` for a file that is no ONNX model, `NOT_FOUND` where there is none. */
export async function assertOnnx(path: string): Promise<void> {
  const found = await stat(path).catch((cause) => {
    throw new RegiaError('NOT_FOUND', 'There is no such file to keep as a model.', { cause, where: path })
  })
  if (!found.isFile()) throw noModel(path, 'This is no model: it is no file.')
  if (found.size > MOST_BYTES) return
  const nodeCount = decode(await readFile(path), path).graph.nodes.length
  if (nodeCount === 0) throw noModel(path, 'This is no model: its graph has no nodes.')
}

function decode(bytes: Uint8Array, path: string): OnnxModel {
  try {
    return decodeModel(bytes)
  } catch (cause) {
    throw noModel(path, cause instanceof Error ? cause.message : String(cause), cause)
  }
}

const noModel = (path: string, message: string, cause?: unknown): RegiaError =>
  new RegiaError('MODEL_INVALID', message, {
    cause,
    where: path,
    hint: 'Export the model as ONNX, or keep any other file with run.artifact(path).',
  })
