import { z } from 'zod'
import { digestSchema } from '../kernel/index.ts'
import { artifactSchema } from './run.ts'

/** The blob behind a `folder` artifact: its files, each a blob of its own, in the order of their paths (`/` between names, no `.` or `..`). */
export const folderManifestSchema = z.object({
  files: z.array(
    z.object({
      path: z
        .string()
        .min(1)
        .max(1_000)
        .refine((path) => path.split('/').every((name) => name !== '' && name !== '.' && name !== '..'), {
          message: 'is not a relative path inside the folder',
        }),
      digest: digestSchema,
      sizeBytes: z.number().int().nonnegative(),
    }),
  ),
})
export type FolderManifest = z.infer<typeof folderManifestSchema>

/** The blob behind a `list` artifact: what the attempts of a mapped step made on one port, in the order of the elements. */
export const artifactListSchema = z.object({ items: z.array(artifactSchema) })
export type ArtifactList = z.infer<typeof artifactListSchema>
