import { RegiaError } from '@regia/core'
import { readModelPackage } from '../model-package.ts'
import { openModel } from '../open-model.ts'
import { zipFiles } from '../zip-files.ts'
import { ARCHIVE_FILES } from './archive-files.ts'
import { type ArchiveFault, type OpenedArchive, openArchive } from './read-package-archive.ts'

/** What was found of an archive. */
export type ArchiveFindings = {
  readonly faults: readonly ArchiveFault[]
  /** What is odd, but does no harm. */
  readonly notes: readonly string[]
  readonly opened: OpenedArchive | undefined
  /** How far its answers are from those that it holds, and over how many rows; absent where it could not be asked. */
  readonly selfTest: { readonly maxError: number; readonly rowCount: number } | undefined
}

/**
 * Looks for everything that is wrong with a package archive: digests, files that are missing or unknown, files that disagree, a graph that is not what its
 * signature says, an example that is answered otherwise, as one batch or row by row.
 */
export async function findArchiveFaults(bytes: Uint8Array): Promise<ArchiveFindings> {
  const { opened, faults } = openArchive(bytes)
  if (!opened) return { faults, notes: [], opened, selfTest: undefined }
  const asked = await ask(opened)
  return {
    opened,
    faults: 'kind' in asked ? [...faults, asked] : faults,
    notes: notesOn(bytes, opened),
    selfTest: 'kind' in asked ? undefined : asked,
  }
}

async function ask({ packageBytes }: OpenedArchive): Promise<{ maxError: number; rowCount: number } | ArchiveFault> {
  try {
    const model = await openModel(readModelPackage(packageBytes))
    try {
      return await model.selfTest()
    } finally {
      await model.close()
    }
  } catch (error) {
    const kind = error instanceof RegiaError && error.code === 'MODEL_SELF_TEST_FAILED' ? 'self-test' : 'graph'
    const where = error instanceof RegiaError && error.where ? ` (${error.where})` : ''
    return { kind, file: 'model.onnx', message: `${error instanceof Error ? error.message : String(error)}${where}` }
  }
}

/** Whoever zips the files anew changes nothing of what they say. */
function notesOn(bytes: Uint8Array, { files, manifest }: OpenedArchive): readonly string[] {
  const inOrder = Object.keys(ARCHIVE_FILES).flatMap((name) => {
    const content = files.get(name)
    return content ? [[name, content] as const] : []
  })
  const again = zipFiles(new Map(inOrder))
  const isSame = Buffer.compare(again, bytes) === 0
  return [
    ...(isSame
      ? []
      : ['It was zipped by another tool: its files are whole, but its bytes are not those that Regia writes.']),
    ...(manifest.package.example.isMadeUp ? ['Its example was made up from the types of its columns.'] : []),
  ]
}
