import { z } from 'zod'
import { timestampSchema } from '../kernel/index.ts'
import type { Found, Search } from '../tracking/index.ts'
import { type ModelVersion, modelNameSchema, type RegisteredModel, type Stage } from './model.ts'

/** What one kind of wrong answer costs the business, in its own words. */
export const errorCostSchema = z.strictObject({
  /** Such as "a flight said to be late is on time". */
  error: z.string().min(1).max(200),
  cost: z.string().min(1).max(500),
})

/** What people write about a model; everything else on its card is generated. All texts are Markdown. */
export const cardTextSchema = z.strictObject({
  purpose: z.string().max(20_000).optional(),
  /** The business objective that it serves, and how it is measured. */
  objective: z.string().max(20_000).optional(),
  owner: z.string().max(500).optional(),
  errorCosts: z.array(errorCostSchema).max(50).optional(),
  data: z.string().max(20_000).optional(),
  checks: z.string().max(20_000).optional(),
  limits: z.string().max(20_000).optional(),
  /** Under which licence the model may be used, such as "CC-BY-4.0". */
  licence: z.string().max(2_000).optional(),
  /** The licences of the data that it was trained on. */
  dataLicence: z.string().max(2_000).optional(),
})
export type CardText = z.infer<typeof cardTextSchema>

/** The card of a version: what people wrote, over what is known of it. `markdown` is all of it as a document. */
export const modelCardSchema = z.object({
  model: modelNameSchema,
  version: z.number().int().positive(),
  text: cardTextSchema,
  editedAt: timestampSchema.optional(),
  editedBy: z.string().optional(),
  markdown: z.string(),
})
export type ModelCard = z.infer<typeof modelCardSchema>

/** What a card said once; `version` is absent for the text of the model, which stands on the cards of versions without a text of their own. */
export const cardEditSchema = z.object({
  model: modelNameSchema,
  version: z.number().int().positive().optional(),
  text: cardTextSchema,
  by: z.string(),
  at: timestampSchema,
})
export type CardEdit = z.infer<typeof cardEditSchema>

export const ALIAS_REQUEST_STATUSES = ['pending', 'approved', 'rejected', 'withdrawn'] as const

/** A wish to move a protected alias, and what became of it. */
export const aliasRequestSchema = z.object({
  id: z.number().int().positive(),
  model: modelNameSchema,
  alias: z.string(),
  version: z.number().int().positive(),
  /** Where the alias stood when it was asked for. */
  fromVersion: z.number().int().positive().optional(),
  status: z.enum(ALIAS_REQUEST_STATUSES),
  requestedBy: z.string(),
  reason: z.string(),
  requestedAt: timestampSchema,
  decidedBy: z.string().optional(),
  comment: z.string().optional(),
  decidedAt: timestampSchema.optional(),
})
export type AliasRequest = z.infer<typeof aliasRequestSchema>

const pairSchema = z.object({ name: z.string(), before: z.unknown().optional(), after: z.unknown().optional() })

/** Two versions side by side; lists hold what both or either have, what differs first. */
export const modelComparisonSchema = z.object({
  model: modelNameSchema,
  before: z.number().int(),
  after: z.number().int(),
  metrics: z.array(
    z.object({
      name: z.string(),
      before: z.number().optional(),
      after: z.number().optional(),
      /** Whether a greater value is better, where that is known. */
      direction: z.enum(['higher', 'lower']).optional(),
    }),
  ),
  checks: z.array(z.object({ name: z.string(), before: z.string().optional(), after: z.string().optional() })),
  params: z.array(pairSchema),
  data: z.array(pairSchema),
  code: z.array(pairSchema),
  signature: z.array(pairSchema),
  /** Bytes of the graph, inputs, the median request where it was measured. */
  size: z.array(pairSchema),
})
export type ModelComparison = z.infer<typeof modelComparisonSchema>

export type NewModelVersion = {
  readonly model: string
  /** The number of a version that comes from elsewhere, beyond the last one; the next one where absent. */
  readonly version?: number
  /** Where its files are, as the client said. */
  readonly source: string
  /** Where they are once `source` has been followed to the end; `source` itself where absent. */
  readonly location?: string
  readonly runId?: string
  readonly loggedModelId?: string
  readonly runLink?: string
  readonly description?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly by: string
}

/** A search that may leave out what has a tag with a value; what has the key with another value, or has it not, stays. */
export type RegistrySearch = Search & {
  readonly withoutTag?: { readonly key: string; readonly value: string } | undefined
}

/**
 * The registry as foreign protocols and imports use it. Errors as of tracking: `NOT_FOUND`, `ALREADY_EXISTS`, `CONFLICT` (what is served or protected stays),
 * `INVALID_INPUT`.
 */
export interface Registry {
  create(model: {
    readonly name: string
    readonly description?: string
    readonly tags?: Readonly<Record<string, string>>
  }): Promise<RegisteredModel>
  get(name: string): Promise<RegisteredModel>
  update(name: string, change: { readonly description?: string }): Promise<RegisteredModel>
  /** Refused with `CONFLICT` while an endpoint follows it. */
  rename(name: string, newName: string): Promise<RegisteredModel>
  /** With its versions; both can be restored until they are purged, and the name is free at once. */
  delete(name: string, by: string): Promise<void>
  setTag(name: string, key: string, value: string): Promise<void>
  deleteTag(name: string, key: string): Promise<void>
  /** By default in the order of their names. */
  search(search: RegistrySearch): Promise<Found<RegisteredModel>>
  createVersion(version: NewModelVersion): Promise<ModelVersion>
  /** By number or alias. */
  getVersion(model: string, version: number | string): Promise<ModelVersion>
  updateVersion(model: string, version: number, change: { readonly description?: string }): Promise<ModelVersion>
  /** The newest version of each stage of each model, by model; the stage whose oldest version came first is first. Nothing of a model that is not there. */
  latestByStage(models: readonly string[]): Promise<readonly ModelVersion[]>
  deleteVersion(model: string, version: number, by: string): Promise<void>
  setVersionTag(model: string, version: number, key: string, value: string): Promise<void>
  deleteVersionTag(model: string, version: number, key: string): Promise<void>
  setStage(model: string, version: number, stage: Stage, archiveExisting: boolean): Promise<ModelVersion>
  promote(move: {
    readonly model: string
    readonly version: number | string
    readonly alias: string
    readonly by: string
    readonly reason: string
  }): Promise<ModelVersion>
  /** One that is not there does no harm. */
  deleteAlias(model: string, alias: string, by: string): Promise<void>
  /** By default the last changed first. */
  searchVersions(search: RegistrySearch): Promise<Found<ModelVersion>>
}

/**
 * Something that changed in the registry, told within the transaction that changes it. `model` is as it is after the change; of one that was
 * deleted nobody is told.
 */
export type RegistryChange = {
  readonly model: Pick<RegisteredModel, 'name' | 'description' | 'tags'>
} & (
  | { readonly kind: 'model-created' }
  | { readonly kind: 'model-tag-set'; readonly key: string; readonly value: string }
  | { readonly kind: 'model-tag-deleted'; readonly key: string }
  | { readonly kind: 'version-created'; readonly version: ModelVersion }
  | { readonly kind: 'version-tag-set'; readonly version: number; readonly key: string; readonly value: string }
  | { readonly kind: 'version-tag-deleted'; readonly version: number; readonly key: string }
  | { readonly kind: 'alias-set'; readonly alias: string; readonly version: number }
  | { readonly kind: 'alias-deleted'; readonly alias: string }
)
