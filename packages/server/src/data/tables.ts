import type { DatasetVersion, Digest, Profile, RunId, TableSchema } from '@regia/core'
import type { JsonText } from '../database/json-text.ts'

export type DataTables = {
  dataset: { name: string; description: string; created_at: string; updated_at: string }
  dataset_version: {
    dataset: string
    version: number
    digest: Digest
    source_digest: Digest
    source_name: string
    columns: JsonText<DatasetVersion['columns']>
    schema: JsonText<TableSchema> | null
    row_count: number
    valid_row_count: number
    quarantined_row_count: number
    quarantine_digest: Digest | null
    quarantine_reasons: JsonText<DatasetVersion['quarantineReasons']>
    profile: JsonText<Profile>
    size_bytes: number
    created_at: string
    run_id: RunId | null
  }
}
