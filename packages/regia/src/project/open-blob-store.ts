import { join } from 'node:path'
import type { BlobStore } from '@regia/engine'
import type { Project } from './find-project.ts'
import { loadKind, settingsOf } from './load-kind.ts'
import type { Stack } from './stack.ts'

/** The store of a stack: a folder, or one of the project's own kinds. */
export async function openBlobStore(stack: Stack, project: Project): Promise<BlobStore> {
  const { blobs, home, environment } = stack
  const { folderBlobStore } = await import('@regia/engine')
  if (blobs.kind === 'folder') {
    return folderBlobStore(blobs.path ?? join(home, 'blobs'))
  }
  const kind = await loadKind(project, home, 'stores', blobs.kind)
  const settings = settingsOf(kind.settings, blobs, `blob store "${blobs.kind}"`)
  return kind.open(settings, { projectDir: project.dir, home, environment, folder: folderBlobStore })
}
