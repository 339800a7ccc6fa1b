import { RegiaError, type ScoringJobId, type ScoringJobProgress, toIso } from '@regia/core'
import { doJob, forgetJob } from './do-job.ts'
import { beginJob, endJob, type JobEnd, type KeptJob, keepProgress, nextJob, requeueRunning } from './job-store.ts'
import type { ScoringDeps } from './scoring-deps.ts'

/** How often the database hears how far a job is. */
const KEEP_EVERY_MS = 1_000

class Cancelled extends Error {}
class Stopped extends Error {}

type Running = { readonly id: ScoringJobId; readonly abort: AbortController; progress: ScoringJobProgress | undefined }

/** Does one job after the other, the oldest first. What is under way at a stop goes on after the next start. */
export class JobRunner {
  readonly #deps: ScoringDeps
  #running: Running | undefined
  #working: Promise<void> | undefined
  #isStopped = true

  constructor(deps: ScoringDeps) {
    this.#deps = deps
  }

  async start(): Promise<void> {
    await requeueRunning(this.#deps.database)
    this.#isStopped = false
    this.wake()
  }

  /** Says that there may be something to do; answers at once. */
  wake(): void {
    if (this.#isStopped) return
    this.#working ??= this.#work()
      .catch(this.#deps.onError)
      .finally(() => {
        this.#working = undefined
      })
  }

  /** How far the job is that runs, fresher than the database knows. */
  progressOf(id: ScoringJobId): ScoringJobProgress | undefined {
    return this.#running?.id === id ? this.#running.progress : undefined
  }

  /** Ends the job where it is the one that runs. */
  cancel(id: ScoringJobId): void {
    if (this.#running?.id === id) this.#running.abort.abort(new Cancelled())
  }

  /** When nothing waits any more. */
  async idle(): Promise<void> {
    while (this.#working) await this.#working
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    this.#running?.abort.abort(new Stopped())
    await this.#working
  }

  async #work(): Promise<void> {
    while (!this.#isStopped) {
      const next = await nextJob(this.#deps.database)
      if (!next) return
      await this.#run(next)
    }
  }

  async #run(kept: KeptJob): Promise<void> {
    const { database, clock, publish } = this.#deps
    const { id } = kept.job
    if (!(await beginJob(database, id, toIso(clock())))) return
    const running: Running = { id, abort: new AbortController(), progress: undefined }
    this.#running = running
    publish('scoringJob', id)
    try {
      const result = await doJob(this.#deps, kept, { signal: running.abort.signal, onProgress: this.#follow(running) })
      await this.#end(kept, { status: 'succeeded', at: toIso(clock()), result })
    } catch (error) {
      if (running.abort.signal.reason instanceof Stopped) return
      await forgetJob(this.#deps, kept.job)
      const isCancelled = running.abort.signal.reason instanceof Cancelled
      await this.#end(kept, {
        status: isCancelled ? 'cancelled' : 'failed',
        at: toIso(clock()),
        ...(!isCancelled && { error: bodyOf(error) }),
      })
    } finally {
      this.#running = undefined
    }
  }

  /** Tells pages at once and the database now and then. */
  #follow(running: Running): (progress: ScoringJobProgress) => void {
    const { database, clock, publish, onError } = this.#deps
    let keptAt = Number.NEGATIVE_INFINITY
    return (progress) => {
      running.progress = progress
      publish('scoringJob', running.id)
      if (clock() - keptAt < KEEP_EVERY_MS) return
      keptAt = clock()
      void keepProgress(database, running.id, progress).catch(onError)
    }
  }

  /** The job's end and who is to be told of it are there together or not at all. */
  async #end(kept: KeptJob, end: JobEnd): Promise<void> {
    await endAndAnnounce(this.#deps, kept, end)
  }
}

/** Ends a job and writes down who is to be told. @returns False where it was over already. */
export async function endAndAnnounce(deps: ScoringDeps, { job }: KeptJob, end: JobEnd): Promise<boolean> {
  const also =
    job.spec.webhook === undefined ? undefined : await deps.findWebhook(job.spec.webhook).catch(() => undefined)
  const isEnded = await deps.database.transaction().execute(async (transaction) => {
    if (!(await endJob(transaction, job.id, end))) return false
    await deps.announce(transaction, messageOf(job, end), also)
    return true
  })
  if (isEnded) deps.publish('scoringJob', job.id)
  return isEnded
}

const messageOf = ({ id, model }: KeptJob['job'], { status, result, error }: JobEnd) => ({
  id,
  status,
  name: model.name,
  version: String(model.version),
  ...(result && { rowCount: result.rowCount, digest: result.digest }),
  ...(result?.dataset && { dataset: result.dataset }),
  ...(error && { error: { code: error.code, message: error.message } }),
})

const bodyOf = (error: unknown) =>
  (error instanceof RegiaError ? error : new RegiaError('INTERNAL', String(error), { cause: error })).toBody()
