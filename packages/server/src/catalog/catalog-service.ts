import {
  type Artifact,
  type CatalogItem,
  type CatalogPreview,
  flatRefs,
  type PipelineGraph,
  type PipelineVersion,
  RegiaError,
} from '@regia/core'
import { suggest } from '../http/near-names.ts'
import type { CatalogDeps } from './catalog-deps.ts'
import { FileDigests } from './file-digest.ts'
import { inspectEntry } from './inspect-entry.ts'
import { atEntry, type EntryPlace } from './place.ts'
import { previewEntry } from './preview-entry.ts'
import { type EntryContent, type ReadDeps, readEntry } from './read-entry.ts'
import { type Saved, type SaveOrigin, saveEntry } from './save-entry.ts'

type Window = { readonly limit: number; readonly offset: number }

/** So many entries are looked at together. */
const AT_ONCE = 8

/** What pipelines read from and save to outside of themselves, by name. */
export class CatalogService {
  readonly #deps: ReadDeps
  /** Runs that start together read an entry once. */
  readonly #reading = new Map<string, Promise<EntryContent>>()

  constructor(deps: CatalogDeps) {
    this.#deps = { ...deps, files: new FileDigests(deps.database, deps.clock) }
  }

  /** Fixes what an entry holds now. @throws RegiaError naming entry, path, environment and the steps that need it. */
  async read(place: EntryPlace): Promise<EntryContent> {
    const key = JSON.stringify([place.projectDir, place.entry])
    const reading = this.#reading.get(key) ?? readEntry(this.#deps, place)
    this.#reading.set(key, reading)
    try {
      const content = await reading
      return { ...content, read: { ...content.read, entry: place.name } }
    } catch (error) {
      throw atEntry(error, place)
    } finally {
      this.#reading.delete(key)
    }
  }

  /** Puts what a step made where an entry says; the same again does nothing. @throws RegiaError naming entry, path and environment. */
  async save(place: EntryPlace, artifact: Artifact, origin: SaveOrigin): Promise<Saved> {
    try {
      return await saveEntry(this.#deps, place, artifact, origin)
    } catch (error) {
      throw atEntry(error, place)
    }
  }

  /** The catalog of a version of a pipeline, the latest where absent, with what each entry holds now. */
  async list(pipeline: string, version: number | undefined): Promise<readonly CatalogItem[]> {
    const found = await this.#deps.getPipeline(pipeline, version)
    const names = Object.keys(found.graph.catalog).sort()
    const items: CatalogItem[] = []
    for (let from = 0; from < names.length; from += AT_ONCE) {
      const some = names.slice(from, from + AT_ONCE)
      items.push(...(await Promise.all(some.map((name) => this.#itemOf(found, name)))))
    }
    return items
  }

  /** @throws RegiaError `NOT_FOUND`, and what is wrong with the entry's content. */
  async preview(pipeline: string, entry: string, version: number | undefined, window: Window): Promise<CatalogPreview> {
    const found = await this.#deps.getPipeline(pipeline, version)
    const names = Object.keys(found.graph.catalog)
    if (!names.includes(entry)) {
      throw new RegiaError('NOT_FOUND', `The catalog of pipeline "${pipeline}" has no entry "${entry}".`, {
        hint: names.length > 0 ? suggest(entry, names) : 'It has no entries at all.',
      })
    }
    const place = placeOf(found, entry)
    return previewEntry(this.#deps, place, window).catch((error: unknown) => {
      throw atEntry(error, place)
    })
  }

  async #itemOf(version: PipelineVersion, name: string): Promise<CatalogItem> {
    const place = placeOf(version, name)
    const facts = await inspectEntry(this.#deps, place)
    const readBy = readersOf(version.graph, name)
    return { name, entry: place.entry, ...facts, readBy, savedBy: saversOf(version.graph, name) }
  }
}

const placeOf = ({ pipeline, graph, projectDir }: PipelineVersion, name: string): EntryPlace => ({
  pipeline,
  name,
  entry: graph.catalog[name]!,
  projectDir,
  environment: graph.environment,
  steps: [],
})

const readersOf = ({ steps }: PipelineGraph, name: string): string[] =>
  steps
    .filter(({ inputs }) =>
      Object.values(inputs)
        .flatMap(flatRefs)
        .some((ref) => ref.from === 'catalog' && ref.name === name),
    )
    .map(({ id }) => id)

const saversOf = ({ steps }: PipelineGraph, name: string): string[] =>
  steps.filter(({ save }) => save === name).map(({ id }) => id)
