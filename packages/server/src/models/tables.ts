import type {
  ALIAS_REQUEST_STATUSES,
  CardText,
  Digest,
  ErrorBody,
  Lineage,
  ModelOptimisation,
  ModelPackage,
  ModelVersion,
  OptimisationId,
  OptimisationReport,
  OptimisationStatus,
  Report,
  Stage,
} from '@regia/core'
import type { Generated } from 'kysely'
import type { JsonText } from '../database/json-text.ts'

export type ModelTables = {
  model: {
    /** A deleted one has a name that nobody can choose, so that its own is free; the rows of its versions follow. */
    name: string
    description: string
    /** The highest number that a version ever had: none is given twice. */
    last_version: number
    created_at: string
    updated_at: string
    deleted_at: string | null
    deleted_by: string | null
    /** What it was called. */
    deleted_name: string | null
  }
  model_version: {
    model: string
    version: number
    packaging: ModelVersion['packaging']['status']
    packaging_reason: string | null
    packaging_hint: string | null
    package_digest: Digest | null
    package: JsonText<ModelPackage> | null
    report: JsonText<Report> | null
    lineage: JsonText<Lineage>
    description: string
    stage: Stage
    source: string | null
    location: string | null
    run_id: string | null
    run_link: string | null
    logged_model_id: string | null
    created_by: string | null
    created_at: string
    updated_at: string
    deleted_at: string | null
    deleted_by: string | null
  }
  model_tag: { model: string; key: string; value: string }
  model_version_tag: { model: string; version: number; key: string; value: string }
  model_alias: { model: string; alias: string; version: number }
  /** Newest has the highest `number`; never changed. */
  alias_move: {
    model: string
    number: number
    alias: string
    from_version: number | null
    to_version: number | null
    moved_by: string
    reason: string
    moved_at: string
  }
  model_optimisation: {
    id: OptimisationId
    /** The order in which they were asked for. */
    number: Generated<number>
    model: string
    version: number
    request: JsonText<ModelOptimisation['request']>
    status: OptimisationStatus
    /** As it was asked for, and as it ended; how far one is that runs stands in no row. */
    progress: JsonText<ModelOptimisation['progress']>
    report: JsonText<OptimisationReport> | null
    made_version: number | null
    error: JsonText<ErrorBody> | null
    asked_by: string
    started_at: string
    ended_at: string | null
  }
  model_protected_alias: { model: string; alias: string }
  alias_request: {
    id: Generated<number>
    model: string
    alias: string
    version: number
    from_version: number | null
    status: (typeof ALIAS_REQUEST_STATUSES)[number]
    requested_by: string
    reason: string
    requested_at: string
    decided_by: string | null
    comment: string | null
    decided_at: string | null
  }
  /** Each edit of a card, the newest with the highest `number`; `version` 0 is the model's own text. */
  model_card: {
    model: string
    version: number
    number: number
    text: JsonText<CardText>
    edited_by: string
    edited_at: string
  }
}
