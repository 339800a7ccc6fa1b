import { z } from 'zod'
import { reportSchema } from '../evaluation/index.ts'
import { digestSchema, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { signatureSchema } from './signature.ts'

export const ALIASES = ['champion', 'challenger'] as const

/**
 * `manifest.json` of a model package. A package is one zip: the manifest, `model.onnx`, `reference-profile.json` and `training.json`
 * (the fitted transforms and learner). Its digest is that of the zip, which is byte for byte the same for the same contents.
 */
export const modelPackageSchema = z.object({
  format: z.literal(1),
  /** Digest of `model.onnx`, the graph over the raw columns. */
  graph: digestSchema,
  graphSizeBytes: z.number().int(),
  signature: signatureSchema,
  /** A request with the answer that the graph gave when it was packaged: the self-test before it serves. */
  example: z.object({
    rows: z.array(z.record(z.string(), z.unknown())).min(1),
    probabilities: z.array(z.array(z.number())).optional(),
    predictions: z.array(z.number()).optional(),
  }),
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

export const registeredModelSchema = z.object({
  name: nameSchema,
  description: z.string(),
  latestVersion: z.number().int(),
  aliases: z.array(z.object({ alias: nameSchema, version: z.number().int() })),
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
})
export type RegisteredModel = z.infer<typeof registeredModelSchema>

export const lineageSchema = z.object({
  runId: idSchema('run').optional(),
  pipeline: z.object({ name: nameSchema, version: z.number().int() }).optional(),
  datasets: z.array(z.object({ name: nameSchema, version: z.number().int() })),
  codeDigest: digestSchema.optional(),
  params: z.record(z.string(), z.unknown()),
  /** Artifacts behind it by port name, such as the table on which it was tested. */
  artifacts: z.record(z.string(), digestSchema),
})
export type Lineage = z.infer<typeof lineageSchema>

export const modelVersionSchema = z.object({
  model: nameSchema,
  version: z.number().int().positive(),
  packageDigest: digestSchema,
  package: modelPackageSchema,
  aliases: z.array(nameSchema),
  report: reportSchema.optional(),
  lineage: lineageSchema,
  createdAt: timestampSchema,
})
export type ModelVersion = z.infer<typeof modelVersionSchema>

/** An alias that moved: who, when, why. */
export const aliasMoveSchema = z.object({
  model: nameSchema,
  alias: nameSchema,
  fromVersion: z.number().int().optional(),
  toVersion: z.number().int(),
  by: z.string(),
  reason: z.string(),
  at: timestampSchema,
})
export type AliasMove = z.infer<typeof aliasMoveSchema>
