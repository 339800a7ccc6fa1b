import { digestSchema } from '@regia/core'
import { z } from 'zod'

/** `bundle.json`: what a bundle holds, for the program in it and for people. */
export const bundleManifestSchema = z.object({
  format: z.literal(1),
  model: z.string(),
  version: z.number().int(),
  /** The package's file, beside this one. */
  package: z.string(),
  packageDigest: digestSchema,
  target: z.string(),
  /** `linux/x64` */
  platform: z.string(),
  /** The version of Regia that wrote it. */
  regia: z.string(),
})
export type BundleManifest = z.infer<typeof bundleManifestSchema>
