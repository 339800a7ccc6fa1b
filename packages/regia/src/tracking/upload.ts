import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { filesBelow } from './dataset-source.ts'
import { patiently } from './patiently.ts'

/** A file, or a folder, on its way to a run's artifacts: `path` is its place there. */
export type Upload = {
  readonly path: string
} & ({ readonly from: string } | { readonly content: Uint8Array | string })

type Files = { readonly tracking: Pick<RegiaClient['tracking'], 'writeFile'> }

/**
 * Keeps bytes, a file, or a folder with everything in it, among a run's artifacts. Large files are streamed from the disk. A folder whose
 * `path` is `''` has its files at the top.
 *
 * @throws RegiaError `NOT_FOUND` where nothing is at `from`.
 */
export const performUpload = (client: Files, runId: string, upload: Upload): Promise<void> =>
  'from' in upload
    ? uploadPath(client, runId, resolve(upload.from), upload.path)
    : uploadBytes(client, runId, upload.path, upload.content)

/** The upload of a file or folder under its own name where no other is given. */
export const uploadOf = (from: string, as?: string): Upload => ({
  from: resolve(from),
  path: as ?? basename(resolve(from)),
})

async function uploadPath(client: Files, runId: string, from: string, to: string): Promise<void> {
  const found = await stat(from).catch((cause) => {
    throw new RegiaError('NOT_FOUND', 'There is no such file or folder to keep as an artifact.', {
      cause,
      where: from,
      hint: 'Write it first; paths start at the working folder of the process.',
    })
  })
  if (!found.isDirectory()) return uploadFile(client, runId, from, to)
  for (const file of await filesBelow(from)) {
    await uploadFile(client, runId, join(from, file), to === '' ? file : `${to}/${file}`)
  }
}

async function uploadFile(client: Files, runId: string, from: string, to: string): Promise<void> {
  await patiently(async () => client.tracking.writeFile(runId, to, await openAsBlob(from)))
}

async function uploadBytes(client: Files, runId: string, path: string, content: Uint8Array | string): Promise<void> {
  const bytes = typeof content === 'string' ? content : Uint8Array.from(content)
  await patiently(() => client.tracking.writeFile(runId, path, bytes))
}
