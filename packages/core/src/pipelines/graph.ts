import { z } from 'zod'
import { tableSchemaSchema } from '../data/index.ts'
import { checkSpecSchema } from '../evaluation/index.ts'
import { type Digest, digestSchema, nameSchema } from '../kernel/index.ts'

/** What flows through a port. `value` is JSON (params, metrics); the others are files in the blob store. */
export const portTypeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), schema: z.record(z.string(), z.unknown()), default: z.unknown().optional() }),
  z.object({ kind: z.literal('table'), schema: tableSchemaSchema.optional() }),
  z.object({ kind: z.literal('file'), mediaType: z.string().optional() }),
  z.object({ kind: z.literal('model') }),
  z.object({ kind: z.literal('report') }),
])
export type PortType = z.infer<typeof portTypeSchema>

/** Where an input comes from. */
export type PortRef =
  | { readonly from: 'param'; readonly name: string }
  | { readonly from: 'value'; readonly value?: unknown }
  | { readonly from: 'step'; readonly step: string; readonly output: string }
  | { readonly from: 'dataset'; readonly name: string; readonly version?: number | undefined }
  | { readonly from: 'model'; readonly name: string; readonly alias: string; readonly optional: boolean }
  | { readonly from: 'list'; readonly items: readonly PortRef[] }
  /** Content that is already in the blob store, fixed in the graph: what a one-off check of an older version looks at. */
  | {
      readonly from: 'artifact'
      readonly kind: 'table' | 'file' | 'model'
      readonly digest: Digest
      readonly sizeBytes: number
    }

/** The schema of {@link PortRef}; lists may not hold lists when a run resolves them. */
export const portRefSchema: z.ZodType<PortRef> = z.lazy(() =>
  z.discriminatedUnion('from', [
    z.object({ from: z.literal('param'), name: z.string() }),
    z.object({ from: z.literal('value'), value: z.unknown() }),
    z.object({ from: z.literal('step'), step: nameSchema, output: z.string() }),
    z.object({ from: z.literal('dataset'), name: nameSchema, version: z.number().int().positive().optional() }),
    z.object({ from: z.literal('model'), name: nameSchema, alias: nameSchema, optional: z.boolean() }),
    z.object({ from: z.literal('list'), items: z.array(portRefSchema) }),
    z.object({
      from: z.literal('artifact'),
      kind: z.enum(['table', 'file', 'model']),
      digest: digestSchema,
      sizeBytes: z.number().int(),
    }),
  ]),
)

/**
 * What a node of the graph does: `code` runs the user's code in a child process, `gate` runs Regia's own checks in a child process over the
 * model and table given, `register` writes to the registry and is carried out by the control plane itself.
 */
export const stepKindSchema = z.enum(['code', 'gate', 'register'])
export type StepKind = z.infer<typeof stepKindSchema>

export const graphStepSchema = z.object({
  /** Unique within the graph: the step's name, with `-2`, `-3` … where it is used again. */
  id: nameSchema,
  name: nameSchema,
  kind: stepKindSchema,
  inputs: z.record(z.string(), portRefSchema),
  inputTypes: z.record(z.string(), portTypeSchema),
  outputs: z.record(z.string(), portTypeSchema),
  /** Digest of the code that this step can reach; for other kinds of Regia's version. */
  codeDigest: digestSchema,
  /** Run only when this boolean output is true; otherwise the step and what depends on it are skipped. */
  when: portRefSchema.optional(),
  cache: z.boolean().default(true),
  /** Attempts after the first one. */
  retries: z.number().int().min(0).max(20).default(0),
  timeoutMs: z.number().int().positive().default(3_600_000),
  cpu: z.number().positive().default(1),
  memoryMb: z.number().positive().default(512),
  /** For `gate`: the checks. For `register`: the model's name and alias. */
  checks: z.array(checkSpecSchema).optional(),
  register: z.object({ model: nameSchema, alias: nameSchema }).optional(),
  /** Where the author wrote it, `file:line`. */
  definedAt: z.string().optional(),
})
export type GraphStep = z.infer<typeof graphStepSchema>

/** A pipeline as data: what the server keeps, orders and runs. It never imports the user's code. */
export const pipelineGraphSchema = z.object({
  name: nameSchema,
  description: z.string().default(''),
  params: z.record(
    z.string(),
    z.object({ schema: z.record(z.string(), z.unknown()), default: z.unknown().optional() }),
  ),
  steps: z.array(graphStepSchema).min(1).max(20_000),
  /** Digest of the lockfile: other packages mean other results. */
  lockfileDigest: digestSchema.optional(),
})
export type PipelineGraph = z.infer<typeof pipelineGraphSchema>

/** Code of a project as it runs: one ES module with the user's files inside and packages outside. */
export type BundleRef = { readonly digest: Digest; readonly entry: string }
