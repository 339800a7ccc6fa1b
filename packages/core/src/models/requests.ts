import { z } from 'zod'
import { aliasSchema, modelNameSchema, STAGES } from './model.ts'
import { cardTextSchema } from './registry.ts'

/** As long as a client of MLflow may make them. */
export const MODEL_LIMITS = { descriptionLength: 100_000, tagKeyLength: 250, tagValueLength: 100_000 } as const

const descriptionSchema = z.string().max(MODEL_LIMITS.descriptionLength)
const tagKeySchema = z.string().min(1).max(MODEL_LIMITS.tagKeyLength)
const tagValueSchema = z.string().max(MODEL_LIMITS.tagValueLength)
const modelTagsSchema = z.record(tagKeySchema, tagValueSchema)
/** `null` takes a tag away. */
const tagChangesSchema = z.record(tagKeySchema, tagValueSchema.nullable())
/** Who acts, where it is not the account that the server runs as. */
const actorSchema = z.string().min(1).max(200).optional()
const reasonSchema = z.string().max(2_000).optional()

export const createModelSchema = z.strictObject({
  name: modelNameSchema,
  description: descriptionSchema.optional(),
  tags: modelTagsSchema.optional(),
})
export type CreateModel = z.input<typeof createModelSchema>

export const updateModelSchema = z.strictObject({
  /** Another name; versions, aliases and history go along. */
  name: modelNameSchema.optional(),
  description: descriptionSchema.optional(),
  tags: tagChangesSchema.optional(),
  /** These and no others move only when somebody else has approved. */
  protectedAliases: z.array(aliasSchema).max(50).optional(),
})
export type UpdateModel = z.input<typeof updateModelSchema>

/** Where the files of a new version are: an address, or a folder that a tracked run logged. */
export const createModelVersionSchema = z
  .strictObject({
    /** Of a version that comes from elsewhere and keeps its number: one beyond the last. */
    version: z.number().int().positive().max(1_000_000_000).optional(),
    source: z.string().min(1).max(2_000).optional(),
    runId: z.string().min(1).max(64).optional(),
    path: z.string().max(1_000).optional(),
    loggedModelId: z.string().max(64).optional(),
    description: descriptionSchema.optional(),
    tags: modelTagsSchema.optional(),
  })
  .refine(({ source, runId, path }) => source !== undefined || (runId !== undefined && path !== undefined), {
    error: 'say where the files are: "source", or "runId" and "path"',
  })
export type CreateModelVersion = z.input<typeof createModelVersionSchema>

export const updateModelVersionSchema = z.strictObject({
  description: descriptionSchema.optional(),
  tags: tagChangesSchema.optional(),
  stage: z.enum(STAGES).optional(),
  /** Versions that stand in the stage go to "Archived". */
  archiveExisting: z.boolean().optional(),
})
export type UpdateModelVersion = z.input<typeof updateModelVersionSchema>

export const requestAliasSchema = z.strictObject({
  alias: aliasSchema,
  version: z.union([z.number().int().positive(), z.string().min(1).max(255)]),
  reason: reasonSchema,
  by: actorSchema,
})
export type RequestAlias = z.input<typeof requestAliasSchema>

export const decideRequestSchema = z.strictObject({ comment: z.string().max(10_000).optional(), by: actorSchema })
export type DecideRequest = z.input<typeof decideRequestSchema>

export const writeCardSchema = z.strictObject({ text: cardTextSchema, by: actorSchema })
export type WriteCard = z.input<typeof writeCardSchema>

export const searchRegistrySchema = z.strictObject({
  filter: z.string().max(10_000).optional(),
  orderBy: z.array(z.string().max(1_000)).max(20).optional(),
  limit: z.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(4_000).optional(),
})
export type SearchRegistry = z.input<typeof searchRegistrySchema>
