import { type Artifact, type PipelineGraph, type PortRef, refsOfStep } from '@regia/core'

/** What the dataset and model references of a graph mean for one run, by {@link refKey}. `null` is an optional model that is not there. */
export type ResolvedRefs = {
  readonly artifacts: { readonly [ref: string]: Artifact | null }
  readonly datasets: readonly { readonly name: string; readonly version: number }[]
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

/**
 * Fixes for a whole run what its references mean, so that data that arrives while it runs changes nothing.
 *
 * @throws RegiaError `NOT_FOUND` naming a dataset or model that is not there.
 */
export async function resolveRefs(
  graph: PipelineGraph,
  datasets: DatasetSource,
  models: ModelSource,
): Promise<ResolvedRefs> {
  const artifacts: { [ref: string]: Artifact | null } = {}
  const versions: { name: string; version: number }[] = []
  for (const ref of graph.steps.flatMap(refsOfStep)) {
    if ((ref.from !== 'dataset' && ref.from !== 'model') || refKey(ref) in artifacts) continue
    if (ref.from === 'dataset') {
      const { version, artifact } = await datasets.getVersion(ref.name, ref.version ?? 'latest')
      artifacts[refKey(ref)] = artifact
      versions.push({ name: ref.name, version })
    } else if (ref.optional) artifacts[refKey(ref)] = (await models.findPackage(ref.name, ref.alias)) ?? null
    else artifacts[refKey(ref)] = await models.getPackage(ref.name, ref.alias)
  }
  return { artifacts, datasets: versions }
}
