import { textOf } from '../kernel/search.ts'

/** The job that is open. */
export type ScoringJobsSearch = { readonly job?: string | undefined }
export const scoringJobsSearch = (search: Record<string, unknown>): ScoringJobsSearch => ({
  job: textOf(search, 'job'),
})
