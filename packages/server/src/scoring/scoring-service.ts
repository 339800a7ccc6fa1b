import {
  type Page,
  RegiaError,
  type ScoringJob,
  type ScoringJobRequest,
  type ScoringJobResult,
  type ScoringJobSpec,
  toIso,
} from '@regia/core'
import { pageOf } from '../http/paging.ts'
import { forgetJob } from './do-job.ts'
import { endAndAnnounce, JobRunner } from './job-runner.ts'
import { deleteJob, getJob, insertJob, type JobQuery, type KeptJob, listJobs } from './job-store.ts'
import type { ScoringDeps, ScoringModel } from './scoring-deps.ts'

/** Tables and files that are scored while nobody waits: a queue, one job at a time, each in a process of its own. */
export class ScoringService {
  readonly #deps: ScoringDeps
  readonly runner: JobRunner

  constructor(deps: ScoringDeps) {
    this.#deps = deps
    this.runner = new JobRunner(deps)
  }

  /**
   * Puts a job into the queue. Model and dataset version are fixed now, whatever moves until it runs.
   *
   * @throws RegiaError `NOT_FOUND` for a model, endpoint, dataset or webhook that is not there, `BLOB_MISSING` for a file that was not
   *   uploaded; `CONFLICT`, `MODEL_INVALID` for a version that cannot be loaded.
   */
  async create(request: ScoringJobRequest, by: string): Promise<ScoringJob> {
    const { database, newId, clock, findWebhook } = this.#deps
    const model = await this.#modelOf(request)
    if (request.webhook !== undefined) await findWebhook(request.webhook)
    const { input, digest } = await this.#keepInput(request.input)
    const id = newId('scoringJob')
    await insertJob(database, {
      id,
      spec: { ...request, input },
      model: { name: model.name, version: model.version },
      packageDigest: model.packageDigest,
      inputDigest: digest,
      by,
      createdAt: toIso(clock()),
    })
    this.#deps.publish('scoringJob', id)
    this.runner.wake()
    return this.get(id)
  }

  /** Newest first. */
  async list(query: JobQuery): Promise<Page<ScoringJob>> {
    const { items, total } = await listJobs(this.#deps.database, query)
    return pageOf(
      items.map((job) => this.#fresh(job)),
      total,
      query.offset,
    )
  }

  /** @throws RegiaError `NOT_FOUND`. */
  async get(id: string): Promise<ScoringJob> {
    return this.#fresh((await getJob(this.#deps.database, id)).job)
  }

  /** Ends one that waits or runs; one that is over stays as it is. @throws RegiaError `NOT_FOUND`. */
  async cancel(id: string): Promise<ScoringJob> {
    const kept = await getJob(this.#deps.database, id)
    if (isUnderWay(kept.job)) await this.#cancel(kept)
    return this.get(id)
  }

  /**
   * Takes away one that is over. The files of its result go with the next garbage collection, where nothing else needs them.
   *
   * @throws RegiaError `NOT_FOUND`; `CONFLICT` for one that waits or runs, or that made a version of a dataset.
   */
  async delete(id: string): Promise<void> {
    const { job } = await getJob(this.#deps.database, id)
    const made = job.result?.dataset
    if (made) throw needed(id, `it made version ${made.version} of the dataset "${made.name}"`, NEEDED_HINT)
    if (isUnderWay(job)) throw needed(id, `it is ${job.status}`, cancelHint(id))
    await deleteJob(this.#deps.database, job.id)
    this.#deps.publish('scoringJob', job.id)
  }

  /** @throws RegiaError `NOT_FOUND`; `CONFLICT` while there is none. */
  async result(id: string): Promise<{ readonly job: ScoringJob; readonly result: ScoringJobResult }> {
    const job = await this.get(id)
    if (job.result) return { job, result: job.result }
    throw new RegiaError('CONFLICT', `Scoring job "${id}" has no result: it is ${job.status}.`, {
      hint: job.error ? `It failed: ${job.error.message}` : 'Wait until it has succeeded.',
    })
  }

  async #cancel(kept: KeptJob): Promise<void> {
    await endAndAnnounce(this.#deps, kept, { status: 'cancelled', at: toIso(this.#deps.clock()) })
    if (kept.job.status === 'running') this.runner.cancel(kept.job.id)
    else await forgetJob(this.#deps, kept.job)
  }

  /** With what the runner knows of it by now. */
  #fresh(job: ScoringJob): ScoringJob {
    const progress = job.status === 'running' ? this.runner.progressOf(job.id) : undefined
    return progress ? { ...job, progress } : job
  }

  async #modelOf({ model, endpoint }: ScoringJobRequest): Promise<ScoringModel> {
    if (model !== undefined) return this.#deps.findModel(model)
    if (endpoint !== undefined) return this.#deps.modelOfEndpoint(endpoint)
    throw new Error('unreachable: a request names one of them')
  }

  async #keepInput(input: ScoringJobRequest['input']) {
    const { blobs, findDataset } = this.#deps
    if ('dataset' in input) {
      const { version, digest } = await findDataset(input.dataset, input.version ?? 'latest')
      const fixed: ScoringJobSpec['input'] = { dataset: input.dataset, version }
      return { input: fixed, digest }
    }
    if ('rows' in input) {
      const lines = input.rows.map((row) => `${JSON.stringify(row)}\n`).join('')
      const { digest } = await blobs.put(Buffer.from(lines))
      const kept: ScoringJobSpec['input'] = { file: digest, format: 'jsonl' }
      return { input: kept, digest }
    }
    if (!(await blobs.renew(input.file))) {
      throw new RegiaError('BLOB_MISSING', `There is no file "${input.file}" to score.`, {
        where: 'input.file',
        hint: 'Upload it first: POST /api/v1/blobs answers with its digest.',
      })
    }
    return { input, digest: input.file }
  }
}

const isUnderWay = ({ status }: ScoringJob): boolean => status === 'queued' || status === 'running'

const NEEDED_HINT =
  'It stays as long as that version, which would no longer know what it was made from. The result is kept once for both.'

const cancelHint = (id: string): string =>
  `Cancel it first: "regia scoring-jobs cancel ${id}", or POST /api/v1/scoring-jobs/${id}/cancel.`

const needed = (id: string, why: string, hint: string): RegiaError =>
  new RegiaError('CONFLICT', `Scoring job "${id}" cannot be deleted: ${why}.`, { hint })
