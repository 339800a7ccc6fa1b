import { z } from 'zod'
import { digestSchema, timestampSchema } from '../kernel/index.ts'

/** A file or folder among what a run logged; `path` is relative to the run's artifacts. */
export const artifactFileSchema = z.object({
  path: z.string(),
  isFolder: z.boolean(),
  /** Of a file. */
  sizeBytes: z.number().int().optional(),
  digest: digestSchema.optional(),
  mediaType: z.string().optional(),
  loggedAt: timestampSchema.optional(),
})
export type ArtifactFile = z.infer<typeof artifactFileSchema>
