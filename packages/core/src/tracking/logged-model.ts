import { z } from 'zod'
import { timestampSchema } from '../kernel/index.ts'
import { experimentIdSchema, tagsSchema } from './experiment.ts'
import { loggedNumberSchema } from './logged-number.ts'
import { trackedRunIdSchema } from './tracked-run.ts'

export const LOGGED_MODEL_STATUSES = ['pending', 'ready', 'failed'] as const

/** A model that a run logged, before anybody registered it. */
export const loggedModelSchema = z.object({
  id: z.string().regex(/^m-[0-9a-f]{32}$/),
  experimentId: experimentIdSchema,
  name: z.string(),
  modelType: z.string().optional(),
  status: z.enum(LOGGED_MODEL_STATUSES),
  sourceRunId: trackedRunIdSchema.optional(),
  artifactUri: z.string(),
  params: z.record(z.string(), z.string()),
  metrics: z.array(
    z.object({
      key: z.string(),
      value: loggedNumberSchema,
      step: z.number().int(),
      at: timestampSchema,
      runId: trackedRunIdSchema.optional(),
      datasetName: z.string().optional(),
      datasetDigest: z.string().optional(),
    }),
  ),
  tags: tagsSchema,
  createdAt: timestampSchema,
  updatedAt: timestampSchema,
})
export type LoggedModel = z.infer<typeof loggedModelSchema>

/** A logged model under an id of the caller's: one that was logged elsewhere. One that is there already is answered as it is. */
export const putLoggedModelSchema = z.strictObject({
  experimentId: experimentIdSchema,
  name: z.string().max(500).optional(),
  modelType: z.string().max(500).optional(),
  status: z.enum(LOGGED_MODEL_STATUSES).default('ready'),
  sourceRunId: trackedRunIdSchema.optional(),
  params: z.record(z.string(), z.string()).default({}),
  tags: tagsSchema.default({}),
})
export type PutLoggedModel = z.input<typeof putLoggedModelSchema>
