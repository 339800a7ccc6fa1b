import { createHash } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Digest, RegiaError } from '@regia/core'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import { buildInChild } from './build-in-child.ts'
import { openIndex } from './index-file.ts'
import type { PrecomputedScores, ScoresOrigin } from './precomputed-scores.ts'

export type FoundScores = ScoresOrigin & { readonly digest: Digest }

export type PrecomputedDeps = {
  readonly endpoints: {
    readonly all: () => readonly EndpointGateway[]
    readonly get: (name: string) => EndpointGateway
  }
  /** The newest version of a dataset of scores. @throws RegiaError `NOT_FOUND`. */
  readonly findScores: (dataset: string) => Promise<FoundScores>
  readonly localPath: (digest: Digest) => Promise<string>
  readonly folder: string
  readonly onError: (error: unknown) => void
}

/** Faults of the scores; all others are the machine's. */
const OF_SCORES: ReadonlySet<string> = new Set(['INVALID_INPUT', 'COLUMN_MISSING', 'COLUMN_TYPE', 'DATA_UNREADABLE'])

type Kept = PrecomputedScores & { readonly path: string }

/**
 * Keeps the scores that endpoints answer from in indexes on the disk, one for each dataset version and key. An index is built beside the
 * one that answers and takes its place when it is whole.
 */
export class PrecomputedService {
  readonly #deps: PrecomputedDeps
  readonly #kept = new Map<string, Kept>()
  /** Why an endpoint cannot answer from its scores, and of which index that was said. */
  readonly #failures = new Map<string, { readonly reason: string; readonly path: string | undefined }>()
  readonly #stopped = new AbortController()
  #working: Promise<void> = Promise.resolve()

  constructor(deps: PrecomputedDeps) {
    this.#deps = deps
  }

  /** Brings every endpoint to the newest of its scores, one after the other. Answers when that is done; what fails is told and tried again next time. */
  refresh(): Promise<void> {
    this.#working = this.#working.then(() => this.#refreshAll()).catch(this.#deps.onError)
    return this.#working
  }

  /** The scores of an endpoint. @throws RegiaError `NOT_FOUND` where it has none, `ENDPOINT_NOT_READY` until they can be looked up. */
  get(name: string): { readonly gateway: EndpointGateway; readonly scores: PrecomputedScores } {
    const gateway = this.#deps.endpoints.get(name)
    const scores = this.#kept.get(name)
    if (scores) return { gateway, scores }
    const { precomputed } = gateway.spec
    if (!precomputed) {
      throw new RegiaError('NOT_FOUND', `Endpoint "${name}" has no precomputed scores.`, {
        hint: 'Its spec names them: "precomputed": {"key": "id", "scores": "DATASET"}.',
      })
    }
    const failure = this.#failures.get(name)
    throw new RegiaError('ENDPOINT_NOT_READY', `The scores of endpoint "${name}" cannot be looked up yet.`, {
      hint: failure?.reason ?? `Dataset "${precomputed.scores}" is being made ready; try again in a moment.`,
    })
  }

  async close(): Promise<void> {
    this.#stopped.abort(new Error('the server stops'))
    await this.#working
    for (const { index } of this.#kept.values()) index.close()
    this.#kept.clear()
  }

  async #refreshAll(): Promise<void> {
    const all = this.#deps.endpoints.all()
    for (const name of this.#kept.keys()) if (!all.some(({ spec }) => spec.name === name)) this.#drop(name)
    for (const gateway of all) {
      if (this.#stopped.signal.aborted) return
      await this.#refreshOne(gateway).catch((error: unknown) => this.#failed(gateway, error))
    }
    await this.#sweep()
  }

  async #refreshOne(gateway: EndpointGateway): Promise<void> {
    const { name, precomputed } = gateway.spec
    if (!precomputed) {
      gateway.precomputed = undefined
      this.#drop(name)
      return
    }
    const { digest, ...origin } = await this.#deps.findScores(precomputed.scores)
    const path = this.#pathOf(digest, precomputed.key)
    const before = this.#kept.get(name)
    if (before?.path === path && before.origin.datasetVersion === origin.datasetVersion) return
    // What is wrong with the scores stays so.
    if (this.#failures.get(name)?.path === path) return
    await this.#build(name, digest, precomputed.key, path)
    const kept: Kept = { key: precomputed.key, origin, index: openIndex(path), path }
    this.#kept.set(name, kept)
    this.#failures.delete(name)
    gateway.precomputed = kept
    before?.index.close()
  }

  async #build(name: string, digest: Digest, key: string, path: string): Promise<void> {
    const isThere = await stat(path).then(
      () => true,
      () => false,
    )
    if (isThere) return
    await mkdir(this.#deps.folder, { recursive: true })
    const request = { scoresPath: await this.#deps.localPath(digest), key, outputPath: path }
    await buildInChild(request, this.#stopped.signal).catch((error: unknown) => {
      const isOfScores = error instanceof RegiaError && OF_SCORES.has(error.code)
      if (isOfScores) this.#failures.set(name, { reason: error.message, path })
      throw error
    })
  }

  /** The scores that it had go on answering. */
  #failed({ spec }: EndpointGateway, error: unknown): void {
    if (this.#stopped.signal.aborted) return
    if (this.#failures.get(spec.name)?.path === undefined) {
      this.#failures.set(spec.name, { reason: error instanceof Error ? error.message : String(error), path: undefined })
    }
    this.#deps.onError(error)
  }

  #drop(name: string): void {
    this.#kept.get(name)?.index.close()
    this.#kept.delete(name)
    this.#failures.delete(name)
  }

  /** Takes away indexes that no endpoint answers from. */
  async #sweep(): Promise<void> {
    const used = new Set([...this.#kept.values()].map(({ path }) => path))
    const names = await readdir(this.#deps.folder).catch(() => [])
    for (const name of names) {
      const path = join(this.#deps.folder, name)
      if (!used.has(path)) await rm(path, { recursive: true, force: true })
    }
  }

  #pathOf(digest: Digest, key: string): string {
    const name = createHash('sha256').update(`${digest} ${key}`).digest('hex').slice(0, 32)
    return join(this.#deps.folder, `${name}.db`)
  }
}
