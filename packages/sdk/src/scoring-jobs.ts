import type { NewScoringJob, Page, PageQuery, ScoringJob, ScoringJobStatus } from '@regia/core'
import type { Transport } from './transport.ts'

type Path = (...parts: readonly (string | number)[]) => string

/**
 * Datasets, uploaded files and rows that the server scores while nobody waits; a part of the client. Methods throw `NOT_FOUND` for a job
 * that is not there.
 *
 * @example
 * const { id } = await regia.scoringJobs.create({ model: 'penguins@champion', input: { dataset: 'penguins' } })
 * for await (const event of regia.events()) if (event.type === 'scoringJob' && event.id === id) break
 */
export const scoringJobClient = ({ json, raw }: Transport, at: Path) => ({
  scoringJobs: {
    /** Puts a job into the queue. Throws `NOT_FOUND`, `BLOB_MISSING` for a file that was not uploaded, `MODEL_INVALID`. */
    create: (body: NewScoringJob) => json<ScoringJob>('POST', at('scoring-jobs'), { body }),
    /** Newest first. */
    list: (query: PageQuery & { readonly status?: ScoringJobStatus } = {}) =>
      json<Page<ScoringJob>>('GET', at('scoring-jobs'), { query }),
    /** With how far it is. */
    get: (id: string) => json<ScoringJob>('GET', at('scoring-jobs', id)),
    /** One that is over stays as it is. */
    cancel: (id: string) => json<ScoringJob>('POST', at('scoring-jobs', id, 'cancel')),
    /** Takes away one that is over; throws `CONFLICT` for one that waits or runs, or that made a version of a dataset. */
    delete: (id: string) => json<void>('DELETE', at('scoring-jobs', id)),
    /** The scored rows as a file, piece by piece; with `quarantine` the rows that were put aside. Throws `CONFLICT` while there is none. */
    result: async (id: string, query: { readonly quarantine?: boolean } = {}): Promise<ReadableStream<Uint8Array>> => {
      const { body } = await raw('GET', at('scoring-jobs', id, 'result'), { query })
      return body ?? new ReadableStream({ start: (controller) => controller.close() })
    },
  },
})
