import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { filesBelow } from './dataset-source.ts'
import { patiently } from './patiently.ts'

type Files = { readonly tracking: Pick<RegiaClient['tracking'], 'writeFile'> }

/**
 * Keeps a file, or a folder with everything in it, among a run's artifacts. Large files are streamed from the disk.
 *
 * @param as - Its path there; the file's or folder's own name where absent, and for a folder `''` puts its files at the top.
 * @throws RegiaError `NOT_FOUND` where nothing is at the path.
 */
export async function uploadPath(client: Files, runId: string, path: string, as?: string): Promise<void> {
  const from = resolve(path)
  const found = await stat(from).catch((cause) => {
    throw new RegiaError('NOT_FOUND', 'There is no such file or folder to keep as an artifact.', {
      cause,
      where: from,
      hint: 'Write it first; paths start at the working folder of the process.',
    })
  })
  const to = as ?? basename(from)
  if (!found.isDirectory()) return uploadFile(client, runId, from, to)
  for (const file of await filesBelow(from)) {
    await uploadFile(client, runId, join(from, file), to === '' ? file : `${to}/${file}`)
  }
}

async function uploadFile(client: Files, runId: string, from: string, to: string): Promise<void> {
  await patiently(async () => client.tracking.writeFile(runId, to, await openAsBlob(from)))
}

/** Keeps bytes or a text under a path. */
export async function uploadBytes(
  client: Files,
  runId: string,
  path: string,
  content: Uint8Array | string,
): Promise<void> {
  const bytes = typeof content === 'string' ? content : Uint8Array.from(content)
  await patiently(() => client.tracking.writeFile(runId, path, bytes))
}
