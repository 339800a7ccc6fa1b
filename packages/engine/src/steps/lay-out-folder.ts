import { constants } from 'node:fs'
import { copyFile, mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Digest, type FolderManifest, folderManifestSchema, RegiaError } from '@regia/core'
import type { BlobStore } from '../blobs/index.ts'
import { mapAtMost } from './map-at-most.ts'

const FILES_AT_ONCE = 16

/**
 * Writes the files of a folder artifact below `dir`, which is made. They are copies: whoever changes them changes nothing in the blob store.
 *
 * @throws RegiaError `BLOB_MISSING`, `BLOB_CORRUPT`.
 */
export async function layOutFolder(digest: Digest, dir: string, blobs: BlobStore): Promise<FolderManifest> {
  const manifest = await readFolderManifest(digest, blobs)
  await mkdir(dir, { recursive: true })
  for (const folder of new Set(manifest.files.map(({ path }) => dirname(path)))) {
    await mkdir(join(dir, folder), { recursive: true })
  }
  await mapAtMost(FILES_AT_ONCE, manifest.files, async (file) => {
    const target = join(dir, ...file.path.split('/'))
    await copyFile(await blobs.localPath(file.digest), target, constants.COPYFILE_FICLONE)
  })
  return manifest
}

/** @throws RegiaError `BLOB_CORRUPT` when the blob is no list of files, `BLOB_MISSING`. */
export async function readFolderManifest(digest: Digest, blobs: BlobStore): Promise<FolderManifest> {
  const parsed = folderManifestSchema.safeParse(parseJson(await blobs.read(digest)))
  if (parsed.success) return parsed.data
  throw new RegiaError(
    'BLOB_CORRUPT',
    `This blob is not the list of a folder's files: ${parsed.error.issues[0]?.message}.`,
    {
      where: digest,
      hint: 'Run the step that made it again.',
    },
  )
}

export function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}
