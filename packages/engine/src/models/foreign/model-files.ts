import { closeSync, openSync, readSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { posix } from 'node:path'
import { type ExternalData, type ReadExternal, RegiaError } from '@regia/core'

/** Files on this machine by their path within the folder that a model came in. */
export type ModelFiles = Readonly<Record<string, string>>

export const MAX_ONNX_BYTES = 512 * 2 ** 20

/** @throws RegiaError `MODEL_INVALID` for one that is larger. */
export async function readLimited(file: string, maxBytes: number): Promise<Buffer> {
  const { size } = await stat(file)
  if (size > maxBytes) throw tooLarge(size, maxBytes)
  return readFile(file)
}

/** Reads weights in files beside a graph. Locations are relative to its file, and stay in the folder since only its own files are known. */
export function externalReader(files: ModelFiles, folder: string): ReadExternal {
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
        hint: 'Send the model again: the file may have broken off.',
      })
    }
    return bytes.slice(0, filled)
  } finally {
    closeSync(descriptor)
  }
}

/** @throws RegiaError `MODEL_INVALID` where the folder has no such file. */
export function fileAt(files: ModelFiles, path: string): string {
  const file = Object.hasOwn(files, path) ? files[path] : undefined
  if (file !== undefined) return file
  throw new RegiaError('MODEL_INVALID', `its folder has no file "${path.slice(0, 200)}".`, {
    hint: 'Send the model again with all the files of its folder: an upload may have broken off.',
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
