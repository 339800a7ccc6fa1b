import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { RegiaError } from '@regia/core'
import type { BundleFile } from '@regia/engine'

const SUMS = 'SHA256SUMS'

export type WrittenBundle = { readonly sizeBytes: number; readonly fileCount: number }

/**
 * Writes a bundle's files with their digests into a folder that is empty, not there yet, or holds an earlier bundle as it was written:
 * that one is replaced whole.
 *
 * @throws RegiaError `ALREADY_EXISTS` where the folder holds anything else.
 */
export async function writeBundle(folder: string, files: readonly BundleFile[]): Promise<WrittenBundle> {
  await assertReplaceable(folder)
  await mkdir(dirname(folder), { recursive: true })
  const fresh = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`))
  try {
    const whole = [...files, { path: SUMS, content: sumsOf(files) }]
    for (const file of whole) await writeOne(fresh, file)
    await chmod(fresh, 0o755)
    await rm(folder, { recursive: true, force: true })
    await rename(fresh, folder)
    return {
      sizeBytes: whole.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0),
      fileCount: whole.length,
    }
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    throw error
  }
}

async function writeOne(root: string, { path, content, isExecutable }: BundleFile): Promise<void> {
  const place = join(root, path)
  await mkdir(dirname(place), { recursive: true })
  await writeFile(place, content)
  // Whatever the umask is: another user than the one who wrote it shall be able to read an image's files.
  await chmod(place, isExecutable ? 0o755 : 0o644)
}

/** As `sha256sum --check` reads it. */
const sumsOf = (files: readonly BundleFile[]): string =>
  [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ path, content }) => `${createHash('sha256').update(content).digest('hex')}  ${path}\n`)
    .join('')

async function assertReplaceable(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  const present = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  if (present.length === 0) return
  const sums = await readFile(join(folder, SUMS), 'utf8').catch(() => '')
  const known = new Set([SUMS, ...sums.split('\n').map((line) => line.slice(66))])
  const other = present.find((path) => !known.has(path))
  if (other === undefined) return
  throw new RegiaError('ALREADY_EXISTS', `The folder holds something that is no bundle: ${other}.`, {
    where: folder,
    hint: 'Name another folder with --out; a bundle is only written over a bundle.',
  })
}
