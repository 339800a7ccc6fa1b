import type { Digest, Lineage, ModelPackage, Report } from '@regia/core'
import type { JsonText } from '../database/json-text.ts'

export type ModelTables = {
  model: { name: string; description: string; created_at: string; updated_at: string }
  model_version: {
    model: string
    version: number
    package_digest: Digest
    package: JsonText<ModelPackage>
    report: JsonText<Report> | null
    lineage: JsonText<Lineage>
    created_at: string
  }
  model_alias: { model: string; alias: string; version: number }
  /** Newest has the highest `number`; never changed. */
  alias_move: {
    model: string
    number: number
    alias: string
    from_version: number | null
    to_version: number
    moved_by: string
    reason: string
    moved_at: string
  }
}
