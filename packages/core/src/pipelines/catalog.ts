import { z } from 'zod'
import { tableSchemaSchema } from '../data/index.ts'
import { digestSchema, nameSchema, secretRefSchema, timestampSchema } from '../kernel/index.ts'

const place = {
  /** A file inside the project, or an `https:` address to read from. */
  path: z.string().min(1).max(2_000),
  description: z.string().max(2_000).optional(),
}

/**
 * A name for something outside the pipeline and where it is found. `table`, `file` and `json` are files, whose content is fixed when a run
 * begins; `dataset` and `model` are Regia's own, the version pinned or the latest.
 */
export const catalogEntrySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('table'),
    ...place,
    format: z.enum(['csv', 'parquet', 'jsonl']),
    schema: tableSchemaSchema.optional(),
    /** Sent as `authorization: Bearer …` to an `https:` address. */
    credentials: secretRefSchema.optional(),
  }),
  z.object({ kind: z.literal('file'), ...place, mediaType: z.string().optional() }),
  z.object({ kind: z.literal('json'), ...place, schema: z.record(z.string(), z.unknown()).optional() }),
  z.object({
    kind: z.literal('dataset'),
    dataset: nameSchema,
    version: z.number().int().positive().optional(),
    description: z.string().max(2_000).optional(),
  }),
  z.object({
    kind: z.literal('model'),
    model: nameSchema,
    /** An alias, or the number of a version. */
    version: z.union([nameSchema, z.number().int().positive()]).default('champion'),
    description: z.string().max(2_000).optional(),
  }),
])
export type CatalogEntry = z.infer<typeof catalogEntrySchema>

/** An entry with what it holds now. */
export const catalogItemSchema = z.object({
  name: nameSchema,
  entry: catalogEntrySchema,
  state: z.enum(['there', 'missing', 'unreadable']),
  /** Of a dataset or model: the version that it means now. */
  version: z.number().int().optional(),
  sizeBytes: z.number().optional(),
  rowCount: z.number().int().optional(),
  changedAt: timestampSchema.optional(),
  problem: z.string().optional(),
  /** Steps that read it, and those that save it. */
  readBy: z.array(z.string()),
  savedBy: z.array(z.string()),
})
export type CatalogItem = z.infer<typeof catalogItemSchema>

/** What a run found behind an entry when it began. */
export const catalogReadSchema = z.object({
  entry: nameSchema,
  kind: z.enum(['table', 'file', 'json', 'dataset', 'model']),
  /** The path or address; `flights@3` of a dataset, `delays@2` of a model. */
  from: z.string(),
  /** Of the artifact that the steps got. */
  digest: digestSchema,
  /** Of the file's own bytes. */
  sourceDigest: digestSchema.optional(),
  rowCount: z.number().int().optional(),
  /** Rows that broke the entry's schema; they are in the blob `quarantineDigest`, each with its `_reason`. */
  quarantinedRowCount: z.number().int().optional(),
  quarantineDigest: digestSchema.optional(),
})
export type CatalogRead = z.infer<typeof catalogReadSchema>

export const catalogPreviewSchema = z.object({
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
  rows: z.array(z.record(z.string(), z.json())).optional(),
  rowCount: z.number().int().optional(),
  /** Of a text file: its beginning. */
  text: z.string().optional(),
  value: z.unknown().optional(),
})
export type CatalogPreview = z.infer<typeof catalogPreviewSchema>
