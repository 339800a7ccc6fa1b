import { z } from 'zod'
import { digestSchema, nameSchema, timestampSchema } from '../kernel/index.ts'

/** A name such as `prod` that points to one version of a pipeline. It moves; versions never change. */
export const channelSchema = z.object({
  pipeline: nameSchema,
  channel: nameSchema,
  version: z.number().int().positive(),
  movedAt: timestampSchema,
  by: z.string(),
})
export type Channel = z.infer<typeof channelSchema>

export const channelMoveSchema = z.object({
  pipeline: nameSchema,
  channel: nameSchema,
  fromVersion: z.number().int().positive().optional(),
  toVersion: z.number().int().positive(),
  by: z.string(),
  reason: z.string().optional(),
  at: timestampSchema,
})
export type ChannelMove = z.infer<typeof channelMoveSchema>

const changed = z.object({
  /** Such as `retries`, `input "rows"`, `code src/clean.ts`. */
  what: z.string(),
  before: z.string().optional(),
  after: z.string().optional(),
})

/** What is different between two versions of a pipeline. */
export const versionDiffSchema = z.object({
  pipeline: nameSchema,
  before: z.number().int(),
  after: z.number().int(),
  added: z.array(z.string()),
  removed: z.array(z.string()),
  changed: z.array(z.object({ step: z.string(), changes: z.array(changed) })),
  /** Of the pipeline itself: parameters, lockfile, failure policy, catalog. */
  settings: z.array(changed),
  bundles: z.object({ before: digestSchema, after: digestSchema }),
})
export type VersionDiff = z.infer<typeof versionDiffSchema>
