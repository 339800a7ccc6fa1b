import { z } from 'zod'
import { digestSchema, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { profileSchema } from './profile.ts'
import { columnTypeSchema, tableSchemaSchema } from './schema.ts'

/** A named series of immutable versions. */
export const datasetSchema = z.object({
  name: nameSchema,
  description: z.string(),
  latestVersion: z.number().int(),
  versionCount: z.number().int(),
  rowCount: z.number().int(),
  sizeBytes: z.number().int(),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
})
export type Dataset = z.infer<typeof datasetSchema>

/** One immutable content of a dataset: Parquet blobs under one digest. */
export const datasetVersionSchema = z.object({
  dataset: nameSchema,
  version: z.number().int().positive(),
  /** Digest of the Parquet file with the valid rows. */
  digest: digestSchema,
  /** Digest of the source file as it came. */
  sourceDigest: digestSchema,
  sourceName: z.string(),
  columns: z.array(z.object({ name: z.string(), type: columnTypeSchema })),
  schema: tableSchemaSchema.optional(),
  /** Rows that came; `validRowCount` of them are in the version, the rest in quarantine. */
  rowCount: z.number().int(),
  validRowCount: z.number().int(),
  quarantinedRowCount: z.number().int(),
  quarantineDigest: digestSchema.optional(),
  /** How many rows each broken rule quarantined. */
  quarantineReasons: z.array(z.object({ reason: z.string(), rowCount: z.number().int() })),
  profile: profileSchema,
  sizeBytes: z.number().int(),
  createdAt: timestampSchema,
  /** The run that made it; absent when a person ingested it. */
  runId: idSchema('run').optional(),
})
export type DatasetVersion = z.infer<typeof datasetVersionSchema>
