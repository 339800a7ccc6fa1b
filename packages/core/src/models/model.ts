import { z } from 'zod'
import { reportSchema } from '../evaluation/index.ts'
import { digestSchema, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { answeredBySchema } from './answered-by.ts'
import { optimisationReportSchema } from './optimisation.ts'
import { signatureSchema } from './signature.ts'

export const ALIASES = ['champion', 'challenger'] as const

export const STAGES = ['None', 'Staging', 'Production', 'Archived'] as const
export type Stage = (typeof STAGES)[number]

/**
 * `manifest.json` of a model package. A package is one zip: the manifest, `model.onnx`, `reference-profile.json` and `training.json`
 * (the fitted transforms and learner). Its digest is that of the zip, which is byte for byte the same for the same contents.
 */
export const modelPackageSchema = z.object({
  format: z.literal(1),
  /** Digest of `model.onnx`, the graph over the raw columns; of `answeredBy` in canonical JSON where there is no graph. */
  graph: digestSchema,
  /** Another server, or other endpoints, instead of a graph. */
  answeredBy: answeredBySchema.optional(),
  graphSizeBytes: z.number().int(),
  signature: signatureSchema,
  /** A request with the answer that the graph gave when it was packaged: the self-test before it serves. */
  example: z.object({
    rows: z.array(z.record(z.string(), z.unknown())).min(1),
    probabilities: z.array(z.array(z.number())).optional(),
    predictions: z.array(z.number()).optional(),
    /** The rows are no data: they were made up from the types of the columns. */
    isMadeUp: z.boolean().optional(),
  }),
  /** What was changed when the model was taken over, such as a `ZipMap` that was taken off. */
  notes: z.array(z.string()).optional(),
  /** Of a graph that was made for a fixed number of rows: how many; a loop in the package's graph passes it more. */
  rowsAtOnce: z.number().int().positive().optional(),
  /** Digest of `reference-profile.json`: how training inputs and scores were distributed. */
  referenceProfile: digestSchema.optional(),
  /** The largest absolute difference between graph and training code, and over how many rows. */
  parity: z.object({ maxError: z.number(), rowCount: z.number().int() }),
  metrics: z.record(z.string(), z.number()),
  /** The event times that it was trained on: an honest comparison uses none of them. */
  trainedOn: z.object({ from: timestampSchema, until: timestampSchema }).optional(),
  learner: z.object({ name: z.string(), params: z.record(z.string(), z.unknown()) }),
  featureImportance: z.array(z.object({ feature: z.string(), importance: z.number() })),
})
export type ModelPackage = z.infer<typeof modelPackageSchema>

/** A client of MLflow may choose any; names that our own commands and refs take are of `nameSchema`. */
export const modelNameSchema = z
  .string()
  .min(1)
  .max(250)
  .regex(/^\P{Cc}+$/u, 'use no control characters')

/** The name of an alias, such as `champion`; no number, and not `latest` or `v1`, which mean versions. */
export const aliasSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^(?!\d+$)(?!v\d+$)(?!latest$)[\w-]+$/i, 'use letters, digits, "_" and "-"; not "latest", a number or "v1"')

export const registeredModelSchema = z.object({
  name: modelNameSchema,
  description: z.string(),
  tags: z.record(z.string(), z.string()),
  /** Aliases that move only when somebody else has approved. */
  protectedAliases: z.array(z.string()),
  deletedAt: timestampSchema.optional(),
  latestVersion: z.number().int(),
  aliases: z.array(z.object({ alias: z.string(), version: z.number().int() })),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
})
export type RegisteredModel = z.infer<typeof registeredModelSchema>

const ownLineageSchema = z.object({
  runId: idSchema('run').optional(),
  pipeline: z.object({ name: nameSchema, version: z.number().int() }).optional(),
  datasets: z.array(z.object({ name: nameSchema, version: z.number().int() })),
  codeDigest: digestSchema.optional(),
  params: z.record(z.string(), z.unknown()),
  /** Artifacts behind it by port name, such as the table on which it was tested. */
  artifacts: z.record(z.string(), digestSchema),
  /** Of a version that was made from another one by making it smaller or faster. */
  optimisation: optimisationReportSchema.optional(),
})

export const lineageSchema = ownLineageSchema.extend({
  /** Of a version that came in a package: what it was where it was made, whose runs and datasets are not here. */
  origin: z
    .object({
      model: modelNameSchema,
      version: z.number().int().positive(),
      registeredAt: timestampSchema,
      lineage: ownLineageSchema,
    })
    .optional(),
})
export type Lineage = z.infer<typeof lineageSchema>

/** Whether it can be served: files that came from elsewhere are packaged after they are registered, which may be refused. */
export const packagingSchema = z.object({
  status: z.enum(['packaged', 'pending', 'refused']),
  /** Why not, and the way out. */
  reason: z.string().optional(),
  hint: z.string().optional(),
})

export const modelVersionSchema = z.object({
  model: modelNameSchema,
  version: z.number().int().positive(),
  packaging: packagingSchema,
  /** With `packageDigest` where `packaging` says "packaged"; otherwise it can be looked at and loaded by its own library, not served. */
  packageDigest: digestSchema.optional(),
  package: modelPackageSchema.optional(),
  aliases: z.array(z.string()),
  description: z.string(),
  tags: z.record(z.string(), z.string()),
  /** Of MLflow's old way to release, beside aliases. */
  stage: z.enum(STAGES),
  /** Where its files came from, such as `models:/m-…`; absent where a pipeline made it. */
  source: z.string().optional(),
  /** Where `source` led when the version was made, such as a logged model's own folder; stays when what it named is gone. */
  location: z.string().optional(),
  /** The tracked run and the logged model behind it. */
  runId: z.string().optional(),
  runLink: z.string().optional(),
  loggedModelId: z.string().optional(),
  updatedAt: timestampSchema,
  deletedAt: timestampSchema.optional(),
  report: reportSchema.optional(),
  lineage: lineageSchema,
  createdAt: timestampSchema,
})
export type ModelVersion = z.infer<typeof modelVersionSchema>

/** An alias that moved: who, when, why. */
export const aliasMoveSchema = z.object({
  model: modelNameSchema,
  alias: z.string(),
  fromVersion: z.number().int().optional(),
  /** Absent where the alias was taken away. */
  toVersion: z.number().int().optional(),
  by: z.string(),
  reason: z.string(),
  at: timestampSchema,
})
export type AliasMove = z.infer<typeof aliasMoveSchema>
