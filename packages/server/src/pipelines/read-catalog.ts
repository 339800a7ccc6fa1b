import {
  type Artifact,
  type CatalogEntry,
  type CatalogRead,
  type GraphStep,
  type PipelineGraph,
  type PipelineVersion,
  RegiaError,
  refsOfStep,
} from '@regia/core'
import { type ResolvedRefs, refKey } from './resolve-refs.ts'

/** An entry where a pipeline uses it. */
export type CatalogPlace = {
  readonly pipeline: string
  readonly name: string
  readonly entry: CatalogEntry
  readonly projectDir: string
  readonly environment: string | undefined
  /** Ids of the steps that need it. */
  readonly steps: readonly string[]
}

/** What pipelines ask of the catalog. */
export type CatalogSource = {
  /** Fixes what an entry holds now. @throws RegiaError naming entry, path, environment and the steps that need it. */
  readonly read: (place: CatalogPlace) => Promise<{
    readonly artifact: Artifact
    readonly read: CatalogRead
    readonly dataset?: ResolvedRefs['datasets'][number]
  }>
}

type Version = Pick<PipelineVersion, 'pipeline' | 'graph' | 'projectDir'>

/**
 * Adds to what a run's references mean what its catalog entries hold now.
 *
 * @param wanted - Ids of the steps that are to run: what only others read may be missing.
 */
export async function readCatalog(
  version: Version,
  refs: ResolvedRefs,
  source: CatalogSource,
  wanted: ReadonlySet<string>,
): Promise<ResolvedRefs> {
  const readers = readersOf(version.graph)
  if (readers.size === 0) return refs
  const artifacts: { [ref: string]: Artifact | null } = { ...refs.artifacts }
  const datasets = [...refs.datasets]
  const catalog: CatalogRead[] = []
  for (const [name, steps] of readers) {
    const found = await readEntry(source, placeOf(version, name, steps), wanted)
    if (!found) continue
    artifacts[refKey({ from: 'catalog', name })] = found.artifact
    catalog.push(found.read)
    if (found.dataset) datasets.push(found.dataset)
  }
  return { artifacts, datasets, catalog }
}

export const placeOf = (
  { pipeline, graph, projectDir }: Version,
  name: string,
  steps: readonly string[],
): CatalogPlace => {
  const entry = graph.catalog[name]
  if (!entry) throw new Error(`unreachable: the catalog of "${pipeline}" has no "${name}"`)
  return { pipeline, name, entry, projectDir, environment: graph.environment, steps }
}

type Found = Awaited<ReturnType<CatalogSource['read']>>

/** An entry that no wanted step reads only helps to find in the cache what others made: it may be missing, and is not fetched from afar. */
async function readEntry(
  source: CatalogSource,
  place: CatalogPlace,
  wanted: ReadonlySet<string>,
): Promise<Found | undefined> {
  const steps = place.steps.filter((step) => wanted.has(step))
  if (steps.length > 0) return source.read({ ...place, steps })
  if ('path' in place.entry && place.entry.path.includes('://')) return undefined
  return source.read(place).catch((error: unknown) => {
    if (error instanceof RegiaError) return undefined
    throw error
  })
}

/** The entries that steps read, each with the ids of those steps. */
function readersOf({ steps }: PipelineGraph): ReadonlyMap<string, readonly string[]> {
  const readers = new Map<string, string[]>()
  for (const step of steps) {
    for (const name of namesRead(step)) readers.set(name, [...(readers.get(name) ?? []), step.id])
  }
  return readers
}

const namesRead = (step: GraphStep): ReadonlySet<string> =>
  new Set(refsOfStep(step).flatMap((ref) => (ref.from === 'catalog' ? [ref.name] : [])))
