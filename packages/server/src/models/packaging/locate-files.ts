import {
  artifactFolderOf,
  isPackaged,
  type LoggedModelRecord,
  type LoggedModels,
  type ModelVersion,
  type PackagedVersion,
  RegiaError,
  type Runs,
} from '@regia/core'

/** Where sources lead. */
export type SourceStores = {
  readonly runs: Pick<Runs, 'get'>
  readonly loggedModels: Pick<LoggedModels, 'get' | 'search'>
  readonly findVersion: (model: string, version: number | string) => Promise<ModelVersion | undefined>
}

/** A folder of the artifact tree, or a version that has the package already. */
export type Located =
  | { readonly kind: 'folder'; readonly folder: string; readonly loggedModel: LoggedModelRecord | undefined }
  | { readonly kind: 'version'; readonly version: PackagedVersion }

const LONGEST_CHAIN = 10

/**
 * Follows where a version's files came from to a folder that this server keeps.
 *
 * @throws RegiaError `MODEL_INVALID` where it leads elsewhere, in a circle, or to what is not there.
 */
export async function locateFiles(stores: SourceStores, version: ModelVersion): Promise<Located> {
  const seen = new Set<string>()
  let at = version
  for (;;) {
    const other = await versionBehind(stores, at.source)
    if (!other) return folderOf(stores, at)
    if (isPackaged(other)) return { kind: 'version', version: other }
    const name = `${other.model}@${other.version}`
    if (seen.has(name) || seen.size >= LONGEST_CHAIN) throw lost('its source leads in a circle')
    seen.add(name)
    at = other
  }
}

/** `models:/NAME/3`, `models:/NAME@alias`; a logged model is named alike but by its id alone. */
async function versionBehind({ findVersion }: SourceStores, source = ''): Promise<ModelVersion | undefined> {
  const named = /^models:\/+(.+?)(?:\/([^/@]+)|@([^/@]+))$/.exec(source)
  if (!named?.[1]) return undefined
  return findVersion(decode(named[1]), named[2] ?? named[3] ?? '')
}

async function folderOf(stores: SourceStores, { location, source = '' }: ModelVersion): Promise<Located> {
  const loggedModel = await loggedModelBehind(stores, location ?? source)
  const address = loggedModel?.artifactUri ?? (await addressInRun(stores, location ?? source)) ?? location ?? source
  const folder = artifactFolderOf(address)
  if (folder !== undefined && folder !== '') return { kind: 'folder', folder, loggedModel }
  const isHere = /^(models|runs):/.test(address)
  throw lost(
    `its source "${address.slice(0, 300)}" ${isHere ? 'leads to nothing' : 'is no place that this server reads'}`,
  )
}

async function loggedModelBehind({ loggedModels }: SourceStores, address: string) {
  const id =
    /^models:\/+(m-[0-9a-f]{32})$/.exec(address)?.[1] ?? /\/models\/(m-[0-9a-f]{32})\/artifacts$/.exec(address)?.[1]
  return id === undefined ? undefined : absentAsUndefined(loggedModels.get(id))
}

/** A model that the run logged under that name counts before a folder of the run. */
async function addressInRun({ runs, loggedModels }: SourceStores, address: string): Promise<string | undefined> {
  const [, runId, path = ''] = /^runs:\/+([^/]+)(?:\/(.*))?$/.exec(address) ?? []
  if (runId === undefined) return undefined
  const run = await absentAsUndefined(runs.get(runId))
  if (!run) throw lost(`the run "${runId.slice(0, 100)}" of its source is not there`)
  const { items } = await loggedModels.search({
    experimentIds: [run.experimentId],
    filter: `run = ${quoted(runId)} AND name = ${quoted(path)}`,
    limit: 1,
  })
  return items[0]?.artifactUri ?? (path === '' ? run.artifactUri : `${run.artifactUri}/${encodeURI(path)}`)
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

const absentAsUndefined = <Found>(found: Promise<Found>): Promise<Found | undefined> =>
  found.catch((error: unknown) => {
    if (error instanceof RegiaError && error.code === 'NOT_FOUND') return undefined
    throw error
  })

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const lost = (fault: string): RegiaError =>
  new RegiaError('MODEL_INVALID', `${fault}.`, {
    hint: 'Log the model through this server: with its address as the tracking URI, mlflow.onnx.log_model keeps the files here.',
  })
