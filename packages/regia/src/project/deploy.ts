import { type Digest, type PipelineGraph, type PipelineVersion, RegiaError } from '@regia/core'
import type { Connection } from './connect.ts'
import { type Entry, entryFiles, loadEntry } from './entries.ts'
import type { Project } from './find-project.ts'

/** Where pipelines go: the server's API and, where it is on this machine, its home. */
export type DeployTarget = Pick<Connection, 'client' | 'home' | 'project'>

/**
 * Keeps a pipeline of this project at the server: its code as a blob, its graph under its name. An unchanged one keeps its version.
 *
 * @param found - Where its files are being read already.
 * @throws RegiaError `NOT_FOUND` naming the pipelines that there are.
 */
export async function deployPipeline(
  target: DeployTarget,
  name: string,
  found: Promise<FoundPipeline> = findPipeline(target.project, name),
): Promise<PipelineVersion> {
  const { client, project } = target
  const { entry, graph } = await found
  const bundleDigest = await storeCode(target, entry)
  return client.pipelines.deploy(name, { graph, bundleDigest, projectDir: project.dir })
}

/** A pipeline with the file that declares it. */
export type FoundPipeline = { readonly entry: Entry; readonly graph: PipelineGraph }

/** Deploys every pipeline that a set of entries declares; monitors start them from the stored code. */
export async function deployPipelines(target: DeployTarget, entries: readonly Entry[]): Promise<PipelineVersion[]> {
  const { client, project } = target
  const versions: PipelineVersion[] = []
  for (const entry of entries) {
    if (entry.discovery.pipelines.length === 0) continue
    const bundleDigest = await storeCode(target, entry)
    for (const graph of entry.discovery.pipelines) {
      versions.push(await client.pipelines.deploy(graph.name, { graph, bundleDigest, projectDir: project.dir }))
    }
  }
  return versions
}

/** The code as a blob, which a worker anywhere can fetch; beside it, in a home on this machine, with the map that lets stacks speak of the author's files. */
async function storeCode({ client, home }: DeployTarget, { bundle, discovery }: Entry): Promise<Digest> {
  if (home !== undefined) await (await import('@regia/engine')).storeBundle(bundle, home)
  for (const { digest, read } of discovery.blobs) {
    if (!(await client.blobs.exists(digest))) await client.blobs.write(await read())
  }
  return (await client.blobs.write(new TextEncoder().encode(bundle.code))).digest
}

/** A pipeline as the files here declare it; no server is asked. A file that does not load is no obstacle to a pipeline of another one; it is what is wrong where no file has the pipeline. */
export async function findPipeline(project: Project, name: string): Promise<FoundPipeline> {
  const seen: string[] = []
  const failures: unknown[] = []
  for (const file of entryFiles(project, name)) {
    const entry = await loadEntry(project, file).catch((error: unknown) => void failures.push(error))
    const graph = entry?.discovery.pipelines.find((pipeline) => pipeline.name === name)
    if (entry && graph) return { entry, graph }
    seen.push(...(entry?.discovery.pipelines ?? []).map((pipeline) => pipeline.name))
  }
  if (failures.length > 0) throw failures[0]
  throw unknownPipeline(project, name, seen)
}

function unknownPipeline(project: Project, name: string, seen: readonly string[]): RegiaError {
  const places = project.config.entries.join(', ')
  return new RegiaError('NOT_FOUND', `This project has no pipeline "${name}".`, {
    where: project.dir,
    hint: seen.length
      ? `It has: ${seen.join(', ')}.`
      : `No pipeline was found in ${places}. Write one, such as pipelines/${name}.ts.`,
  })
}
