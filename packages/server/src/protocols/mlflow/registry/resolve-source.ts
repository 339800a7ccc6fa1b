import { type LoggedModelRecord, type ModelVersion, RegiaError, type RunRecord } from '@regia/core'
import { doesNotExist, invalidParameter } from '../wire/index.ts'
import {
  isBelowUri,
  isInsideFolder,
  localRefused,
  type ModelSource,
  parseModelSource,
  partsOf,
  strayArtifacts,
} from './model-source.ts'
import { isPrompt } from './prompt-tags.ts'
import { aliasNotFound, ofModel } from './refusals.ts'
import type { RegistryProtocol } from './registry-protocol.ts'

/** What a version comes from, followed to the end. */
export type ResolvedSource = {
  /** As it is kept: an alias has become the version that it stood at. */
  readonly source: string
  /** Where the files are. */
  readonly location: string
  readonly runId: string | undefined
  readonly loggedModel: LoggedModelRecord | undefined
}

type Asked = { readonly source: string; readonly runId: string | undefined; readonly modelId: string | undefined }

/**
 * Follows a source to where its files are, with the run and the logged model behind it. A run that is only named, and not there, is let
 * pass: it may have been tracked elsewhere.
 *
 * @throws MlflowError for a place that must not be named, and for a model or version that is not there.
 */
export async function resolveSource(protocol: RegistryProtocol, asked: Asked): Promise<ResolvedSource> {
  const source = parseModelSource(asked.source)
  const loggedModel = asked.modelId === undefined ? undefined : await getLoggedModel(protocol, asked.modelId)
  const given = { source: asked.source, runId: asked.runId ?? loggedModel?.sourceRunId, loggedModel }
  switch (source.kind) {
    case 'local':
      await assertOwnFolder(protocol, asked, source.path, loggedModel)
      return { ...given, location: asked.source }
    case 'loggedModel':
      return ofLoggedModel(given, await getSourceModel(protocol, asked.source, source.id))
    case 'run':
      return { ...given, ...(await inRun(protocol, asked, source)) }
    case 'version':
      return ofVersion(protocol, given, source)
    case 'artifacts':
      await assertKept(protocol, asked, source.uri, loggedModel)
      return { ...given, location: asked.source }
    case 'remote':
      return { ...given, location: asked.source }
  }
}

type Given = Omit<ResolvedSource, 'location'>

const ofLoggedModel = (given: Given, model: LoggedModelRecord): ResolvedSource => ({
  ...given,
  runId: given.runId ?? model.sourceRunId,
  loggedModel: given.loggedModel ?? model,
  location: model.artifactUri,
})

async function ofVersion(
  protocol: RegistryProtocol,
  given: Given,
  source: Extract<ModelSource, { kind: 'version' }>,
): Promise<ResolvedSource> {
  const version = await getSourceVersion(protocol, source)
  const { loggedModelId } = version
  return {
    source: `models:/${version.model}/${version.version}`,
    runId: given.runId ?? version.runId,
    loggedModel:
      given.loggedModel ?? (loggedModelId === undefined ? undefined : await findLoggedModel(protocol, loggedModelId)),
    location: version.location ?? version.source ?? given.source,
  }
}

async function getSourceVersion(
  { registry }: RegistryProtocol,
  { model, version }: Extract<ModelSource, { kind: 'version' }>,
): Promise<ModelVersion> {
  const { tags } = await ofModel(model, registry.get(model))
  const found = await absentAsUndefined(
    version === 'latest' ? newestOf(registry, model) : registry.getVersion(model, version),
  )
  if (!found && typeof version === 'string') throw aliasNotFound(version)
  if (!found) throw doesNotExist(`Model Version (name=${model}, version=${version}) not found`)
  if (isPrompt(tags)) {
    throw invalidParameter(
      `Invalid model version source: 'models:/${model}/${version}'. Prompt versions cannot be used as model version sources.`,
    )
  }
  return found
}

/** The one with the highest number, whatever its stage. */
export async function newestOf(
  registry: RegistryProtocol['registry'],
  model: string,
): Promise<ModelVersion | undefined> {
  const versions = await registry.latestByStage([model])
  return versions.reduce<ModelVersion | undefined>(
    (newest, version) => (newest && newest.version > version.version ? newest : version),
    undefined,
  )
}

/** A model that the run logged under that name counts before a folder of the run. */
async function inRun(
  { runs, loggedModels }: RegistryProtocol,
  { source, runId: named }: Asked,
  { runId, path }: Extract<ModelSource, { kind: 'run' }>,
): Promise<Pick<ResolvedSource, 'location' | 'runId'>> {
  const run = await absentAsUndefined(runs.get(runId))
  if (!run) throw strayArtifacts(source, 'run')
  const logged = await loggedModels.search({
    experimentIds: [run.experimentId],
    filter: `source_run_id = ${quoted(runId)} AND name = ${quoted(path)}`,
    limit: 1,
  })
  const folder = path === '' ? run.artifactUri : `${run.artifactUri}/${path}`
  return { location: logged.items[0]?.artifactUri ?? folder, runId: named ?? runId }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What is kept here must be of a run or a logged model: of the one that is named, or of another whose folder it is. */
async function assertKept(
  protocol: RegistryProtocol,
  { source, modelId, runId }: Asked,
  uri: string,
  loggedModel: LoggedModelRecord | undefined,
): Promise<void> {
  if (loggedModel && isBelowUri(uri, loggedModel.artifactUri)) return
  const ids = new Set([...(runId === undefined ? [] : [runId]), ...partsOf(uri).slice(1, MAX_DEPTH)])
  for (const id of ids) {
    const find = id.startsWith('m-') ? findLoggedModel(protocol, id) : absentAsUndefined(protocol.runs.get(id))
    const owner = await find
    if (owner && isBelowUri(uri, owner.artifactUri)) return
  }
  throw strayArtifacts(source, modelId === undefined ? 'run' : 'model')
}

/** Folders of experiments, runs and models lie right below the root. */
const MAX_DEPTH = 8

async function assertOwnFolder(
  { runs }: RegistryProtocol,
  { source, runId, modelId }: Asked,
  path: string,
  loggedModel: LoggedModelRecord | undefined,
): Promise<void> {
  const run = runId === undefined ? undefined : await absentAsUndefined(runs.get(runId))
  const folders = [loggedModel, run].flatMap((owner) => (owner ? [localFolderOf(owner)] : []))
  if (folders.some((folder) => folder !== undefined && isInsideFolder(path, folder))) return
  throw localRefused(source, modelId === undefined ? 'run' : 'model')
}

function localFolderOf({ artifactUri }: LoggedModelRecord | RunRecord): string | undefined {
  const parsed = parseModelSource(artifactUri)
  return parsed.kind === 'local' ? parsed.path : undefined
}

async function getLoggedModel(protocol: RegistryProtocol, id: string): Promise<LoggedModelRecord> {
  const found = await findLoggedModel(protocol, id)
  if (found) return found
  throw doesNotExist(`Logged model with ID '${id}' not found.`)
}

async function getSourceModel(protocol: RegistryProtocol, source: string, id: string): Promise<LoggedModelRecord> {
  const found = await findLoggedModel(protocol, id)
  if (found) return found
  throw strayArtifacts(source, 'model')
}

const findLoggedModel = ({ loggedModels }: RegistryProtocol, id: string): Promise<LoggedModelRecord | undefined> =>
  absentAsUndefined(loggedModels.get(id))

async function absentAsUndefined<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof RegiaError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}
