import { type FailurePolicy, RegiaError, type RunOptions } from '@regia/core'
import type { Database } from '../database/database.ts'
import { decodeJson } from '../database/json-text.ts'
import { type CatalogSource, readCatalog } from './read-catalog.ts'
import { type Params, resolveParams } from './resolve-params.ts'
import { type RefSources, type ResolvedRefs, resolveRefs } from './resolve-refs.ts'
import { getRunRow } from './run-work.ts'
import { type SelectedSteps, selectSteps, stepsNamed } from './select-steps.ts'
import type { OrderedVersion, VersionStore } from './version-store.ts'

export type RequestOptions = Omit<RunOptions, 'trigger'>

/** What was asked for, with everything in it looked up and fixed. */
export type RunRequest = SelectedSteps & {
  readonly version: OrderedVersion
  readonly params: Params
  readonly refs: ResolvedRefs
  readonly useCache: boolean
  /** Steps that run although the cache has their outputs. */
  readonly refresh: ReadonlySet<string>
  readonly onFailure: FailurePolicy
  readonly options: RequestOptions
}

export type RequestDeps = RefSources & {
  readonly database: Database
  readonly versions: VersionStore
  readonly catalog: CatalogSource
  /** The version that a channel points to. */
  readonly findChannelVersion?: (pipeline: string, channel: string) => Promise<number | undefined>
}

/** @throws RegiaError `NOT_FOUND` for a version, dataset or model that is not there, `INVALID_INPUT` for parameters and names that do not fit. */
export async function resolveRequest(
  deps: RequestDeps,
  pipeline: string,
  options: RequestOptions,
): Promise<RunRequest> {
  const version = await versionOf(deps, pipeline, options)
  const steps = selectSteps(version, options.selection)
  return {
    ...steps,
    version,
    params: resolveParams(version.graph, options.params ?? {}),
    refs: await refsOf(deps, version, steps.selected, options.dataOf),
    useCache: options.useCache ?? true,
    refresh: refreshedSteps(version, options.refresh, steps.selected),
    onFailure: options.onFailure ?? version.graph.onFailure,
    options,
  }
}

/** What references mean now, or what they meant for an earlier run. */
async function refsOf(
  deps: RequestDeps,
  version: OrderedVersion,
  selected: ReadonlySet<string>,
  dataOf: string | undefined,
): Promise<ResolvedRefs> {
  if (dataOf === undefined) {
    return readCatalog(version, await resolveRefs(version.graph, deps, selected), deps.catalog, selected)
  }
  const run = await getRunRow(deps.database, dataOf)
  if (run.pipeline === version.pipeline && run.pipeline_version === version.version) return decodeJson(run.refs)
  throw new RegiaError(
    'INVALID_INPUT',
    `The data of run ${dataOf} was for version ${run.pipeline_version} of pipeline "${run.pipeline}", not for version ${version.version} of "${version.pipeline}".`,
    { where: 'dataOf', hint: 'Name a run of the version that is to run.' },
  )
}

async function versionOf(deps: RequestDeps, pipeline: string, options: RequestOptions): Promise<OrderedVersion> {
  const { database, versions, findChannelVersion } = deps
  const { version, channel, environment } = options
  if (version !== undefined && channel !== undefined) {
    throw new RegiaError('INVALID_INPUT', 'A run is of a version or of a channel, not of both.', { where: 'channel' })
  }
  if (channel !== undefined) {
    const found = await findChannelVersion?.(pipeline, channel)
    if (found !== undefined) return inEnvironment(await versions.get(database, pipeline, found), environment)
    await versions.get(database, pipeline)
    throw new RegiaError('NOT_FOUND', `Pipeline "${pipeline}" has no channel "${channel}".`, {
      where: 'channel',
      hint: `Point it to a version first: regia deploy ${pipeline} --channel ${channel}.`,
    })
  }
  if (version !== undefined) return inEnvironment(await versions.get(database, pipeline, version), environment)
  if (environment !== undefined) return versions.getOfEnvironment(database, pipeline, environment)
  return versions.get(database, pipeline)
}

function inEnvironment(version: OrderedVersion, environment: string | undefined): OrderedVersion {
  const its = version.graph.environment
  if (environment === undefined || environment === its) return version
  const text = its === undefined ? 'the base environment' : `environment "${its}"`
  throw new RegiaError(
    'INVALID_INPUT',
    `Version ${version.version} of pipeline "${version.pipeline}" was deployed for ${text}, not for "${environment}".`,
    { where: 'environment', hint: 'Name another version, or leave the environment out.' },
  )
}

export function refreshedSteps(
  version: OrderedVersion,
  names: readonly string[] | undefined,
  selected: ReadonlySet<string>,
): ReadonlySet<string> {
  const refresh = stepsNamed(version, names ?? [], 'refresh')
  const unselected = [...refresh].find((id) => !selected.has(id))
  if (unselected === undefined) return refresh
  throw new RegiaError('INVALID_INPUT', `Step "${unselected}" is to run afresh, but the selection leaves it out.`, {
    where: 'refresh',
    hint: 'Select it too.',
  })
}
