import { type ArchiveRecord, RegiaError } from '@regia/core'
import { unzipSync } from 'fflate'
import { type OpenedPackage, readModelPackage } from '../model-package.ts'
import { openModel } from '../open-model.ts'
import { unsoundZip } from '../zip-files.ts'
import { findArchiveFaults } from './find-archive-faults.ts'
import { readPackageArchive } from './read-package-archive.ts'

export type ImportedPackage = { readonly bytes: Uint8Array; readonly record?: ArchiveRecord }

/**
 * The model package in a file that a home wrote: of a package archive the one in it, with what its registry knew; a model package by itself as it is. Digests
 * are checked, nothing is run.
 *
 * @throws RegiaError `MODEL_INVALID` for an archive that is not sound.
 */
export function packageInFile(bytes: Uint8Array): ImportedPackage {
  if (!isArchive(bytes)) return { bytes }
  const { packageBytes, record } = readPackageArchive(bytes)
  return { bytes: packageBytes, record }
}

/**
 * Takes in what another home wrote: a package archive with what its registry knew, or a model package by itself. Its example is asked.
 *
 * @returns The model package byte for byte, so that its digest stays.
 * @throws RegiaError `MODEL_INVALID` naming every fault; `MODEL_SELF_TEST_FAILED`.
 */
export async function importPackage(bytes: Uint8Array): Promise<ImportedPackage> {
  if (!isArchive(bytes)) return { bytes: await tested(bytes) }
  const { faults, opened } = await findArchiveFaults(bytes)
  if (opened) assertSendsNoSecrets(readModelPackage(opened.packageBytes))
  if (!opened || faults.length > 0) throw unsoundZip(faults.map(({ message }) => message).join('; '))
  return { bytes: opened.packageBytes, record: opened.record }
}

/** Whoever wrote a file shall not decide which secrets of this machine are sent, and where to. */
function assertSendsNoSecrets({ manifest: { answeredBy } }: OpenedPackage): void {
  if (answeredBy?.kind !== 'upstream' || !answeredBy.credentials) return
  const { url, model } = answeredBy
  throw new RegiaError('MODEL_INVALID', `The package wants a secret of this server sent to ${url}.`, {
    where: 'answeredBy.credentials',
    hint: `A file is not trusted with that. Say it yourself: regia models import ${url}/v2/models/${model} --name MODEL --secret-env VARIABLE.`,
  })
}

async function tested(bytes: Uint8Array): Promise<Uint8Array> {
  const opened = readModelPackage(bytes)
  assertSendsNoSecrets(opened)
  const model = await openModel(opened)
  try {
    await model.selfTest()
    return bytes
  } finally {
    await model.close()
  }
}

/** Only an archive has an MLmodel: told by the names, nothing is unpacked. */
export function isArchive(bytes: Uint8Array): boolean {
  let isFound = false
  try {
    unzipSync(bytes, {
      filter: ({ name }) => {
        isFound ||= name === 'MLmodel'
        return false
      },
    })
  } catch {
    return false
  }
  return isFound
}
