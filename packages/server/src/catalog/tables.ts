import type { Artifact, Digest } from '@regia/core'
import type { JsonText } from '../database/json-text.ts'

/** What a file became when its rows were taken in. */
export type TakenIn = {
  readonly artifact: Artifact
  readonly rowCount: number
  readonly quarantinedRowCount: number
  readonly quarantineDigest?: Digest
}

export type CatalogTables = {
  /** The digest that a file had when it looked so from outside. */
  catalog_file: { path: string; stamp: string; digest: Digest; seen_at: string }
  /** What the rows of some bytes became, by digest of bytes, format and schema. */
  catalog_table: { key: Digest; source_digest: Digest; taken_in: JsonText<TakenIn>; created_at: string }
}
