import { z } from 'zod'
import { digestSchema } from '../kernel/index.ts'
import { upstreamSchema } from './answered-by.ts'
import { aliasSchema } from './model.ts'
import { programSignatureSchema } from './program-signature.ts'
import { MODEL_LIMITS } from './requests.ts'
import { signatureSchema } from './signature.ts'

/** What an ONNX file does not say of itself: as a program writes it, but nothing is required; or the signature of a package. */
export const importSignatureSchema = z.union([
  programSignatureSchema.omit({ reference: true, target: true }).extend({ target: z.string().min(1).optional() }),
  // Its tensors are the graph's to say.
  signatureSchema
    .omit({ tensors: true, outputs: true })
    .transform(({ inputs, ...rest }) => programSignature({ ...rest, columns: inputs })),
])
export type ImportSignature = z.output<typeof importSignatureSchema>

const programSignature = (given: z.input<typeof programSignatureSchema>) => programSignatureSchema.parse(given)

const exampleRowSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))

export const IMPORT_LIMITS = { files: 10_000, exampleRows: 1_000 } as const

/** A path inside the folder that is imported: no root, no step upwards, no drive. */
export const importPathSchema = z
  .string()
  .min(1)
  .max(1_000)
  .regex(/^(?![/\\])(?![A-Za-z]:)[^\0\\]+$/, 'use a path inside the folder, with "/" between its parts')
  .refine((path) => !path.split('/').some((part) => part === '..' || part === '.' || part === ''), {
    error: 'use a path without "..", "." and empty parts',
  })

/**
 * A model that was made elsewhere: one ONNX file with what belongs to it, a folder of MLflow's ONNX flavour, a package, or another server.
 *
 * `files` are blobs that were sent before, under their paths.
 */
export const importModelSchema = z
  .strictObject({
    files: z
      .record(importPathSchema, digestSchema)
      .refine((files) => Object.keys(files).length <= IMPORT_LIMITS.files, {
        error: `name at most ${IMPORT_LIMITS.files} files`,
      })
      .default({}),
    /** A server that answers for the model, instead of files. */
    upstream: upstreamSchema
      .pick({ url: true, model: true, modelVersion: true, timeoutMs: true, credentials: true })
      .optional(),
    signature: importSignatureSchema.optional(),
    /** Rows that the model takes; they are asked when it is imported and again before it serves. Made up from the types where absent. */
    example: z.array(exampleRowSchema).min(1).max(IMPORT_LIMITS.exampleRows).optional(),
    /** What the version gets; the first version of a model becomes champion. `challenger` where absent. */
    alias: aliasSchema.optional(),
    reason: z.string().max(2_000).optional(),
    description: z.string().max(MODEL_LIMITS.descriptionLength).optional(),
    tags: z
      .record(z.string().min(1).max(MODEL_LIMITS.tagKeyLength), z.string().max(MODEL_LIMITS.tagValueLength))
      .optional(),
  })
  .refine(({ files, upstream }) => Object.keys(files).length > 0 !== (upstream !== undefined), {
    error: 'name at least one file, or the server that answers ("upstream")',
    path: ['files'],
  })
export type ImportModel = z.input<typeof importModelSchema>
