import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { type Digest, digestOfJson, digestSchema, RegiaError, type TrackedDataset } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { z } from 'zod'

/** Data that a run read: a file or folder, or a version of a dataset that Regia keeps. */
export type DatasetSource = string | { readonly dataset: string; readonly version?: number | 'latest' }

export type DatasetOptions = {
  /** The file's or the dataset's name where absent. */
  readonly name?: string
  /** What it was read for: `train`, `eval` … */
  readonly context?: string
  readonly tags?: Readonly<Record<string, string>>
}

/** How a file is written down: `digest` is whole here, since that of a tracked dataset has room for a part only. */
export const fileSourceSchema = z.object({ path: z.string(), digest: digestSchema, sizeBytes: z.number().int() })
export const FILE_SOURCE = 'file'
const DIGEST_LENGTH = 32

/**
 * What is written down of some data.
 *
 * @param root - Paths below it are kept relative to it, so that they mean the same in another checkout.
 * @throws RegiaError `NOT_FOUND` for a file, a dataset or a version that is not there.
 */
export async function describeDataset(
  source: DatasetSource,
  options: DatasetOptions,
  { client, workingDir, root }: { readonly client: RegiaClient; readonly workingDir: string; readonly root: string },
): Promise<Omit<TrackedDataset, 'tags'> & Pick<Partial<TrackedDataset>, 'tags'>> {
  const found =
    typeof source === 'string'
      ? await ofFile(resolve(workingDir, source), root)
      : await ofVersion(client, source.dataset, source.version ?? 'latest')
  const { name, context, tags } = options
  return {
    ...found,
    ...(name !== undefined && { name }),
    ...(context !== undefined && { context }),
    ...(tags && { tags: { ...tags } }),
  }
}

async function ofFile(path: string, root: string): Promise<Omit<TrackedDataset, 'tags'>> {
  const { digest, sizeBytes } = await hashPath(path)
  const source: z.infer<typeof fileSourceSchema> = { path: portable(path, root), digest, sizeBytes }
  return { name: basename(path), digest: short(digest), sourceType: FILE_SOURCE, source: JSON.stringify(source) }
}

async function ofVersion(
  client: RegiaClient,
  name: string,
  asked: number | 'latest',
): Promise<Omit<TrackedDataset, 'tags'>> {
  const { digest, version, schema, rowCount } = await client.datasets.version(name, asked)
  return {
    name,
    digest: short(digest),
    sourceType: 'regia',
    source: JSON.stringify({ dataset: name, version, digest }),
    schema: JSON.stringify(schema),
    profile: JSON.stringify({ rowCount }),
  }
}

const short = (digest: Digest): string => digest.slice('sha256:'.length).slice(0, DIGEST_LENGTH)

/** Below the root relative to it, with `/`; elsewhere as it is. */
function portable(path: string, root: string): string {
  const inside = relative(root, path)
  return inside.startsWith('..') ? path : inside.split(sep).join('/')
}

/** The digest of a file's bytes; of a folder, that of its files by name. @throws RegiaError `NOT_FOUND`. */
export async function hashPath(path: string): Promise<{ readonly digest: Digest; readonly sizeBytes: number }> {
  const found = await stat(path).catch((cause) => {
    throw new RegiaError('NOT_FOUND', 'There is no such file or folder.', {
      cause,
      where: path,
      hint: 'Paths start at the working folder of the process.',
    })
  })
  if (!found.isDirectory()) return { digest: await hashFile(path), sizeBytes: found.size }
  const files = await filesBelow(path)
  const hashed = await mapInTurn(files, async (file) => [file, await hashPath(join(path, file))] as const)
  return {
    digest: digestOfJson(Object.fromEntries(hashed.map(([file, { digest }]) => [file, digest]))),
    sizeBytes: hashed.reduce((sum, [, { sizeBytes }]) => sum + sizeBytes, 0),
  }
}

/** One after the other: a folder may hold more files than may be open at once. */
async function mapInTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  for (const item of items) results.push(await work(item))
  return results
}

async function hashFile(path: string): Promise<Digest> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk)
  return digestSchema.parse(`sha256:${hash.digest('hex')}`)
}

/** Every file of a folder, relative to it, with `/`, sorted. */
export async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort()
}
