import type { ArtifactFile } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'

/** Every file below a folder of a run's artifacts, folder by folder. */
export async function* walkFiles(
  client: { readonly tracking: Pick<RegiaClient['tracking'], 'files'> },
  runId: string,
  folder = '',
): AsyncGenerator<ArtifactFile> {
  const { files } = await client.tracking.files(runId, folder === '' ? {} : { path: folder })
  for (const file of files) {
    if (file.isFolder) yield* walkFiles(client, runId, file.path)
    else yield file
  }
}
