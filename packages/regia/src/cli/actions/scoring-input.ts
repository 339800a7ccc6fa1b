import { createWriteStream } from 'node:fs'
import { access, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type DatasetVersion, RegiaError } from '@regia/core'
import type { ScoreFileRequest } from '@regia/engine'
import type { RegiaClient } from '@regia/sdk'

export type ScoringInput = {
  readonly input: Pick<ScoreFileRequest, 'inputPath' | 'inputDigest'>
  /** Takes away what was fetched. */
  readonly close: () => Promise<void>
}

/** What `--in` names: a file, or else a version of a dataset, which is fetched. @throws RegiaError `NOT_FOUND` when it is neither. */
export async function findScoringInput(client: RegiaClient, text: string, workingDir: string): Promise<ScoringInput> {
  const path = resolve(workingDir, text)
  const isFile = await access(path).then(
    () => true,
    () => false,
  )
  // A name with an ending is a file's, there or not: its own error says more.
  if (isFile || extname(text) !== '') return { input: { inputPath: path }, close: async () => undefined }
  const { digest } = await findDatasetVersion(client, text)
  const folder = await mkdtemp(join(tmpdir(), 'regia-score-'))
  const close = () => rm(folder, { recursive: true, force: true })
  try {
    const inputPath = join(folder, 'dataset.parquet')
    await pipeline(Readable.fromWeb(await client.blobs.stream(digest)), createWriteStream(inputPath))
    return { input: { inputPath, inputDigest: digest }, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** `penguins` or `penguins@3`. */
export async function findDatasetVersion(client: RegiaClient, text: string): Promise<DatasetVersion> {
  const at = text.lastIndexOf('@')
  const name = at < 0 ? text : text.slice(0, at)
  const version = at < 0 ? 'latest' : text.slice(at + 1)
  if (version !== 'latest' && !/^[1-9]\d*$/.test(version)) throw notVersion(text)
  return client.datasets.version(name, version === 'latest' ? version : Number(version))
}

const notVersion = (text: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `"${text}" names neither a file nor a version of a dataset.`, {
    where: '--in',
    hint: 'Write a file such as rows.csv, or DATASET or DATASET@VERSION, such as penguins@3.',
  })
