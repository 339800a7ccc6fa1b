import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Clock,
  type Digest,
  type HeldOut,
  type ModelOptimisation,
  type ModelVersion,
  type OptimisationReport,
  type optimiseModelSchema,
  type PackagedVersion,
  RegiaError,
  servable,
  toIso,
} from '@regia/core'
import { type BlobStore, optimiseInChild } from '@regia/engine'
import type { z } from 'zod'
import type { RegisterModel } from '../register-package.ts'
import { findTestTable } from './find-test-table.ts'

export type ModelOptimiserDeps = {
  readonly blobs: Pick<BlobStore, 'localPath' | 'putFile' | 'renew'>
  /** In the home's own file system. */
  readonly tempDir: string
  readonly clock: Clock
  readonly getVersion: (model: string, version: number | string) => Promise<ModelVersion>
  readonly register: (input: RegisterModel) => Promise<{ readonly version: number }>
  /** The table of a dataset's version. @throws RegiaError `NOT_FOUND`. */
  readonly getTable: (
    name: string,
    version: number | 'latest',
  ) => Promise<{ readonly version: number; readonly digest: Digest }>
  /** For what fails for no fault of the model or the rows. */
  readonly onError: (error: unknown) => void
}

export type OptimiseRequest = z.output<typeof optimiseModelSchema>

/** Finished ones that can still be looked at. */
const MAX_KEPT = 200
const MAX_WAITING = 20

type Rows = { readonly digest: Digest; readonly name?: string; readonly source: string }

/** Makes versions smaller or faster, one after the other: two at once would disturb each other's timings. */
export class ModelOptimiser {
  readonly #deps: ModelOptimiserDeps
  readonly #known = new Map<string, ModelOptimisation>()
  readonly #stopped = new AbortController()
  #last: Promise<void> = Promise.resolve()

  constructor(deps: ModelOptimiserDeps) {
    this.#deps = deps
  }

  /**
   * Begins an optimisation and answers at once; what is wrong with the request itself is thrown.
   *
   * @throws RegiaError `NOT_FOUND`, `CONFLICT`, `MODEL_INVALID` of the version; `NOT_FOUND`, `BLOB_MISSING` of the rows; `TOO_MANY_REQUESTS`.
   */
  async start(model: string, which: string, request: OptimiseRequest, by: string): Promise<ModelOptimisation> {
    const version = servable(await this.#deps.getVersion(model, which))
    const rows = await this.#rowsOf(version, request.data)
    const waiting = [...this.#known.values()].filter(
      ({ status }) => status === 'waiting' || status === 'running',
    ).length
    if (waiting >= MAX_WAITING) throw tooMany(waiting)
    const id = randomUUID()
    this.#keep({
      ...{ id, model, version: version.version, by: request.by, status: 'waiting' },
      progress: { fraction: 0, message: waiting === 0 ? 'starting' : `waiting for ${waiting} before it` },
      startedAt: this.#now(),
    })
    this.#last = this.#last.then(() => this.#settle(id, version, rows, request, by))
    return this.get(id)
  }

  /** @throws RegiaError `NOT_FOUND`. */
  get(id: string, model?: string): ModelOptimisation {
    const known = this.#known.get(id)
    if (known && (model === undefined || known.model === model)) return known
    throw new RegiaError('NOT_FOUND', `There is no optimisation "${id.slice(0, 100)}".`, {
      hint: 'They are kept until the server ends; what one made is among the versions of its model.',
    })
  }

  /** Those of a model, newest first. */
  list(model: string): readonly ModelOptimisation[] {
    return [...this.#known.values()].filter((each) => each.model === model).reverse()
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new RegiaError('UNAVAILABLE', 'The server stops.', { hint: 'Optimise the model again.' }))
    await this.#last
  }

  async #settle(id: string, version: PackagedVersion, rows: Rows, request: OptimiseRequest, by: string): Promise<void> {
    try {
      this.#change(id, { status: 'running' })
      this.#change(id, { ...(await this.#optimise(id, version, rows, request, by)), endedAt: this.#now() })
    } catch (error) {
      if (!(error instanceof RegiaError)) this.#deps.onError(error)
      const known =
        error instanceof RegiaError ? error : new RegiaError('INTERNAL', 'The model could not be optimised.')
      this.#change(id, { status: 'failed', error: known.toBody(), endedAt: this.#now() })
    }
  }

  async #optimise(id: string, version: PackagedVersion, rows: Rows, request: OptimiseRequest, by: string) {
    const { blobs, tempDir } = this.#deps
    const { data: _, alias, ...rules } = request
    await mkdir(tempDir, { recursive: true })
    const folder = await mkdtemp(join(tempDir, 'optimise-'))
    try {
      const outputPath = join(folder, 'package.zip')
      const measured = await optimiseInChild(
        {
          ...{ rules, outputPath, tempDir: folder, source: rows.source },
          packagePath: await blobs.localPath(version.packageDigest),
          rows: { path: await blobs.localPath(rows.digest), ...(rows.name !== undefined && { name: rows.name }) },
          seed: `${version.packageDigest} ${rules.by}`,
        },
        {
          signal: this.#stopped.signal,
          onProgress: (fraction, message) => this.#change(id, { progress: { fraction, message } }),
        },
      )
      const report = { ...measured, fromVersion: version.version }
      if (!report.pays) return { status: 'refused' as const, report }
      const { digest } = await blobs.putFile(outputPath, { move: true })
      const made = await this.#deps.register(registration(version, digest, report, { alias, by }))
      return { status: 'registered' as const, report, madeVersion: made.version }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #rowsOf(version: PackagedVersion, data: HeldOut | undefined): Promise<Rows> {
    if (data && 'dataset' in data) {
      const found = await this.#deps.getTable(data.dataset, data.version ?? 'latest')
      return { digest: found.digest, source: `${data.dataset} version ${found.version}` }
    }
    const rows = data ? { digest: data.digest, name: data.file, source: data.file } : findTestTable(version)
    if (await this.#deps.blobs.renew(rows.digest)) return rows
    throw new RegiaError('BLOB_MISSING', `The held-out rows are not there: there is no blob ${rows.digest}.`, {
      where: 'data',
      hint: 'Send the file with POST /api/v1/blobs and name the digest that it answers, or name a dataset.',
    })
  }

  #now = (): string => toIso(this.#deps.clock())

  #change(id: string, change: Partial<ModelOptimisation>): void {
    const known = this.#known.get(id)
    if (known) this.#known.set(id, { ...known, ...change })
  }

  #keep(optimisation: ModelOptimisation): void {
    this.#known.set(optimisation.id, optimisation)
    for (const { id, endedAt } of [...this.#known.values()].slice(0, -MAX_KEPT)) {
      if (endedAt !== undefined) this.#known.delete(id)
    }
  }
}

/** What stands behind the version stands behind the new one too. */
function registration(
  { model, version, lineage }: PackagedVersion,
  packageDigest: Digest,
  report: OptimisationReport,
  { alias, by }: { readonly alias: string | undefined; readonly by: string },
): RegisterModel {
  const reason = `Made from version ${version} by ${report.by}.`
  return {
    ...{ model, packageDigest, by, reason, alias, report: undefined },
    description: reason,
    lineage: { ...lineage, optimisation: report },
    tags: { 'regia.optimisedFrom': String(version), 'regia.optimisedBy': report.by },
  }
}

const tooMany = (waiting: number): RegiaError =>
  new RegiaError('TOO_MANY_REQUESTS', `${waiting} optimisations wait already.`, {
    hint: 'They run one after the other; try again when some are done.',
  })
