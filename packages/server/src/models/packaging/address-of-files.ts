import { type ModelVersion, RegiaError } from '@regia/core'
import { locateFiles, type SourceStores } from './locate-files.ts'

const LONGEST_CHAIN = 10

/**
 * Where the files of a version are, once its source is followed to the end; as its client said where it leads elsewhere. Nothing for a
 * version that a pipeline made, or that leads to one: a package was all of it.
 */
export async function addressOfFiles(stores: SourceStores, version: ModelVersion): Promise<string | undefined> {
  const said = version.location ?? version.source
  let at = version
  for (let i = 0; i < LONGEST_CHAIN && at.source !== undefined; i++) {
    const located = await locateFiles(stores, at).catch(unlocated)
    if (located === undefined) return said
    if (located.kind === 'folder')
      return `mlflow-artifacts:/${located.folder.split('/').map(encodeURIComponent).join('/')}`
    at = located.version
  }
  return at.source === undefined ? undefined : said
}

function unlocated(error: unknown): undefined {
  if (error instanceof RegiaError && error.code === 'MODEL_INVALID') return undefined
  throw error
}
