import { RegiaError } from '@regia/core'
import { unzipSync, zipSync } from 'fflate'

/** The names that a zip may hold, and how large each may be once unpacked: a small zip may claim to hold any amount. */
export type ZipLimits = Readonly<Record<string, number>>

/** Zeros shrink by a thousand; weights and texts never by so much. */
const MAX_SHRINKING = 200
const SMALL_BYTES = 16 * 2 ** 20

/** Zips files in the order given, all with one fixed time: equal contents give equal bytes. */
export function zipFiles(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  // A zip keeps local time without a zone; this writes the same fields wherever it runs.
  const mtime = new Date(1980, 0, 1)
  return zipSync(Object.fromEntries([...files].map(([name, bytes]) => [name, [bytes, { mtime }]])))
}

/**
 * Unpacks a zip of known files.
 *
 * @throws RegiaError `MODEL_INVALID` when it is no zip, or holds a file that it may not, one twice, or one larger than it may be.
 */
export function unzipFiles(bytes: Uint8Array, limits: ZipLimits): ReadonlyMap<string, Uint8Array> {
  const seen = new Set<string>()
  const assertEntry = (entry: { readonly name: string; readonly originalSize: number; readonly size: number }) => {
    const { name, originalSize, size } = entry
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined
    if (limit === undefined) throw unsoundZip(`it holds "${name.slice(0, 100)}", which no package does`)
    if (seen.has(name)) throw unsoundZip(`it holds ${name} twice`)
    if (originalSize > limit) throw unsoundZip(`${name} claims ${originalSize} bytes, more than ${limit}`)
    if (originalSize > SMALL_BYTES && originalSize > MAX_SHRINKING * size) {
      throw unsoundZip(`${name} claims ${originalSize} bytes, packed into ${size}`)
    }
    seen.add(name)
    return true
  }
  try {
    return new Map(Object.entries(unzipSync(bytes, { filter: assertEntry })))
  } catch (error) {
    if (error instanceof RegiaError) throw error
    throw unsoundZip('it is no zip, or a damaged one', error)
  }
}

export const unsoundZip = (fault: string, cause?: unknown): RegiaError =>
  new RegiaError('MODEL_INVALID', `This is not a sound model package: ${fault}.`, {
    hint: 'Package the model again, or fetch the package from the registry anew.',
    cause,
  })
