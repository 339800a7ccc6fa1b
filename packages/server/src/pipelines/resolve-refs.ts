import { type Artifact, type CatalogRead, type PipelineGraph, type PortRef, RegiaError, refsOfStep } from '@regia/core'

/** What the dataset and model references of a graph mean for one run, by {@link refKey}. `null` is an optional model that is not there. */
export type ResolvedRefs = {
  readonly artifacts: { readonly [ref: string]: Artifact | null }
  readonly datasets: readonly { readonly name: string; readonly version: number }[]
  /** What the entries of its catalog held. */
  readonly catalog?: readonly CatalogRead[]
}

type DatasetRef = Extract<PortRef, { from: 'dataset' }>
type ModelRef = Extract<PortRef, { from: 'model' }>
type CatalogRef = Extract<PortRef, { from: 'catalog' }>

/** What pipelines ask of the subject `data`. @throws RegiaError `NOT_FOUND`. */
export type DatasetSource = {
  readonly getVersion: (
    name: string,
    version: number | 'latest',
  ) => Promise<{ readonly version: number; readonly artifact: Artifact }>
}
/** What pipelines ask of the registry. @throws RegiaError `NOT_FOUND`. */
export type ModelSource = {
  readonly findPackage: (name: string, alias: string) => Promise<Artifact | undefined>
  readonly getPackage: (name: string, alias: string) => Promise<Artifact>
}

export function refKey(ref: DatasetRef | ModelRef | CatalogRef): string {
  if (ref.from === 'catalog') return `catalog ${ref.name}`
  return ref.from === 'dataset' ? `dataset ${ref.name}@${ref.version ?? 'latest'}` : `model ${ref.name}@${ref.alias}`
}

/** Where the references of a graph lead. */
export type RefSources = { readonly datasets: DatasetSource; readonly models: ModelSource }

/**
 * Fixes for a whole run what its references mean, so that data that arrives while it runs changes nothing.
 *
 * @param wanted - Ids of the steps that are to run: what only others refer to may be missing, and then is not in the result.
 * @throws RegiaError `NOT_FOUND` naming a dataset or model that is not there.
 */
export async function resolveRefs(
  graph: PipelineGraph,
  sources: RefSources,
  wanted: ReadonlySet<string>,
): Promise<ResolvedRefs> {
  const artifacts: { [ref: string]: Artifact | null } = {}
  const versions: { name: string; version: number }[] = []
  for (const step of graph.steps) {
    for (const ref of refsOfStep(step)) {
      if ((ref.from !== 'dataset' && ref.from !== 'model') || refKey(ref) in artifacts) continue
      const found = await findRef(ref, sources, wanted.has(step.id))
      if (!found) continue
      artifacts[refKey(ref)] = found.artifact
      if (found.dataset) versions.push(found.dataset)
    }
  }
  return { artifacts, datasets: versions }
}

type FoundRef = {
  readonly artifact: Artifact | null
  readonly dataset?: ResolvedRefs['datasets'][number]
}

async function findRef(
  ref: DatasetRef | ModelRef,
  sources: RefSources,
  isWanted: boolean,
): Promise<FoundRef | undefined> {
  try {
    return await getRef(ref, sources)
  } catch (error) {
    if (!isWanted && error instanceof RegiaError && error.code === 'NOT_FOUND') return undefined
    throw error
  }
}

async function getRef(ref: DatasetRef | ModelRef, { datasets, models }: RefSources): Promise<FoundRef> {
  if (ref.from === 'dataset') {
    const { version, artifact } = await datasets.getVersion(ref.name, ref.version ?? 'latest')
    return { artifact, dataset: { name: ref.name, version } }
  }
  if (ref.optional) return { artifact: (await models.findPackage(ref.name, ref.alias)) ?? null }
  return { artifact: await models.getPackage(ref.name, ref.alias) }
}
