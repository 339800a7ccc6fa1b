import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, digestOf, RegiaError } from '@regia/core'
import type { Bundle } from './bundle-entry.ts'

const MAP_MARK = '\n//# sourceMappingURL=data:application/json;base64,'

/** Where the code of a digest stands in a home folder. */
export const bundlePath = (home: string, digest: Digest): string =>
  join(home, 'code', `${digest.slice('sha256:'.length)}.mjs`)

/** Keeps a bundle, so that a run weeks later runs this code. Its source map follows the code and is no part of the digest. */
export async function storeBundle(
  bundle: Pick<Bundle, 'digest' | 'code' | 'sourceMap'>,
  home: string,
): Promise<string> {
  const path = bundlePath(home, bundle.digest)
  await mkdir(join(home, 'code'), { recursive: true })
  const partial = `${path}.${randomUUID()}.partial`
  await writeFile(partial, `${bundle.code}${MAP_MARK}${Buffer.from(bundle.sourceMap).toString('base64')}\n`)
  await rename(partial, path)
  return path
}

/**
 * The path of stored code, verified.
 *
 * @throws RegiaError `BLOB_MISSING`, `BLOB_CORRUPT`.
 */
export async function findStoredBundle(home: string, digest: Digest): Promise<string> {
  const path = bundlePath(home, digest)
  const text = await readFile(path, 'utf8').catch(() => undefined)
  const hint = 'Deploy the pipeline again, with "regia run" or "regia apply".'
  if (text === undefined) {
    throw new RegiaError('BLOB_MISSING', `The code ${digest} is not stored here.`, { where: path, hint })
  }
  const end = text.lastIndexOf(MAP_MARK)
  const got = digestOf(end < 0 ? text : text.slice(0, end))
  if (got === digest) return path
  throw new RegiaError('BLOB_CORRUPT', `The code ${digest} was changed on disk: it now has the digest ${got}.`, {
    where: path,
    hint,
  })
}
