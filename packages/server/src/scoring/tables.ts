import type {
  ErrorBody,
  ScoringJobId,
  ScoringJobProgress,
  ScoringJobResult,
  ScoringJobSpec,
  ScoringJobStatus,
} from '@regia/core'
import type { Generated } from 'kysely'
import type { JsonText } from '../database/json-text.ts'

export type ScoringTables = {
  scoring_job: {
    id: ScoringJobId
    /** The queue's order. */
    number: Generated<number>
    spec: JsonText<ScoringJobSpec>
    model: string
    version: number
    package_digest: string
    /** What is read: a version of a dataset is fixed when the job is made. */
    input_digest: string
    status: ScoringJobStatus
    progress: JsonText<ScoringJobProgress>
    result: JsonText<ScoringJobResult> | null
    error: JsonText<ErrorBody> | null
    created_by: string
    created_at: string
    started_at: string | null
    finished_at: string | null
  }
}
