import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type Clock,
  type Digest,
  type ErrorBody,
  type HeldOut,
  type IdFactory,
  type ModelOptimisation,
  type ModelVersion,
  type OptimisationId,
  type OptimisationReport,
  type PackagedVersion,
  type Page,
  RegiaError,
  servable,
  toIso,
} from '@regia/core'
import { type BlobStore, optimiseInChild } from '@regia/engine'
import type { Database } from '../../database/database.ts'
import { pageOf } from '../../http/paging.ts'
import type { RegisterModel } from '../register-package.ts'
import { findTestTable } from './find-test-table.ts'
import {
  beginOptimisation,
  countOptimisations,
  deleteOptimisation,
  endOptimisation,
  getOptimisation,
  insertOptimisation,
  listOptimisations,
  type OptimisationQuery,
  type OptimiseRequest,
} from './optimisation-store.ts'

export type ModelOptimiserDeps = {
  readonly database: Database
  readonly blobs: Pick<BlobStore, 'localPath' | 'putFile' | 'renew'>
  /** In the home's own file system. */
  readonly tempDir: string
  readonly clock: Clock
  readonly newId: IdFactory
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

const MAX_WAITING = 20
const AGAIN = { hint: 'Optimise the model again.' }

class Cancelled extends Error {}

type Running = { readonly id: OptimisationId; readonly abort: AbortController; progress: ModelOptimisation['progress'] }
type Rows = { readonly digest: Digest; readonly name?: string; readonly source: string }

/** Makes versions smaller or faster, one after the other: two at once would disturb each other's timings. What came of it is kept. */
export class ModelOptimiser {
  readonly #deps: ModelOptimiserDeps
  readonly #stopped = new AbortController()
  #running: Running | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(deps: ModelOptimiserDeps) {
    this.#deps = deps
  }

  /** Says of those that were under way when the server before this one ended that they failed. Before anything else. */
  async open(): Promise<void> {
    const error = new RegiaError('UNAVAILABLE', 'The server ended before the optimisation was done.', AGAIN).toBody()
    await endOptimisation(this.#deps.database, 'all', { status: 'failed', at: this.#now(), error })
  }

  /**
   * Begins an optimisation and answers at once; what is wrong with the request itself is thrown.
   *
   * @throws RegiaError `NOT_FOUND`, `CONFLICT`, `MODEL_INVALID` of the version; `NOT_FOUND`, `BLOB_MISSING` of the rows; `TOO_MANY_REQUESTS`.
   */
  async start(model: string, which: string, request: OptimiseRequest, by: string): Promise<ModelOptimisation> {
    const { database, newId, getVersion } = this.#deps
    const version = servable(await getVersion(model, which))
    const rows = await this.#rowsOf(version, request.data)
    const waiting =
      (await countOptimisations(database, { status: 'waiting' })) +
      (await countOptimisations(database, { status: 'running' }))
    if (waiting >= MAX_WAITING) throw tooMany(waiting)
    const id = newId('optimisation')
    await insertOptimisation(database, {
      ...{ id, model, version: version.version, request, askedBy: by, at: this.#now() },
      progress: { fraction: 0, message: waiting === 0 ? 'starting' : `waiting for ${waiting} before it` },
    })
    this.#last = this.#last.then(() => this.#settle(id, version, rows, request, by)).catch(this.#deps.onError)
    return this.get(id)
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async get(id: string, model?: string): Promise<ModelOptimisation> {
    return this.#fresh(await getOptimisation(this.#deps.database, id, model))
  }

  /** Of one model or of all, newest first. */
  async list(query: OptimisationQuery): Promise<Page<ModelOptimisation>> {
    const { items, total } = await listOptimisations(this.#deps.database, query)
    return pageOf(
      items.map((each) => this.#fresh(each)),
      total,
      query.offset,
    )
  }

  /** Ends one that waits or runs; one that is over stays as it is. @throws RegiaError `NOT_FOUND`. */
  async cancel(id: string): Promise<ModelOptimisation> {
    const { database } = this.#deps
    const known = await getOptimisation(database, id)
    await endOptimisation(database, known.id, { status: 'cancelled', at: this.#now() })
    if (this.#running?.id === id) this.#running.abort.abort(new Cancelled())
    return this.get(id)
  }

  /** Takes away one that is over; the version that it made stays. @throws RegiaError `NOT_FOUND`; `CONFLICT` for one that waits or runs. */
  async delete(id: string): Promise<void> {
    const { database } = this.#deps
    const { status, endedAt, id: known } = await getOptimisation(database, id)
    if (endedAt !== undefined) return deleteOptimisation(database, known)
    throw new RegiaError('CONFLICT', `Optimisation "${id}" cannot be deleted: it is ${status}.`, {
      hint: `Cancel it first: "regia optimisations cancel ${id}", or POST /api/v1/optimisations/${id}/cancel.`,
    })
  }

  async stop(): Promise<void> {
    this.#stopped.abort(new RegiaError('UNAVAILABLE', 'The server stopped before the optimisation was done.', AGAIN))
    await this.#last
  }

  /** With what is known of it by now. */
  #fresh(known: ModelOptimisation): ModelOptimisation {
    const running = known.status === 'running' && this.#running?.id === known.id ? this.#running : undefined
    return running ? { ...known, progress: running.progress } : known
  }

  async #settle(
    id: OptimisationId,
    version: PackagedVersion,
    rows: Rows,
    request: OptimiseRequest,
    by: string,
  ): Promise<void> {
    const { database } = this.#deps
    if (!(await beginOptimisation(database, id))) return
    const running: Running = { id, abort: new AbortController(), progress: { fraction: 0, message: 'starting' } }
    this.#running = running
    try {
      const done = await this.#optimise(running, version, rows, request, by)
      await endOptimisation(database, id, { ...done, progress: running.progress, at: this.#now() })
    } catch (error) {
      if (error instanceof Cancelled) return
      const { progress } = running
      await endOptimisation(database, id, { status: 'failed', error: this.#bodyOf(error), progress, at: this.#now() })
    } finally {
      this.#running = undefined
    }
  }

  #bodyOf(error: unknown): ErrorBody {
    if (error instanceof RegiaError) return error.toBody()
    this.#deps.onError(error)
    return new RegiaError('INTERNAL', 'The model could not be optimised.').toBody()
  }

  async #optimise(running: Running, version: PackagedVersion, rows: Rows, request: OptimiseRequest, by: string) {
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
          signal: AbortSignal.any([this.#stopped.signal, running.abort.signal]),
          onProgress: (fraction, message) => {
            running.progress = { fraction, message }
          },
        },
      )
      const report = { ...measured, fromVersion: version.version }
      if (!report.pays) return { status: 'refused' as const, report }
      const { digest } = await blobs.putFile(outputPath, { move: true })
      running.abort.signal.throwIfAborted()
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
