import { z } from 'zod'
import { tableSchemaSchema } from '../data/index.ts'
import { checkSpecSchema } from '../evaluation/index.ts'
import { type Digest, digestSchema, nameSchema } from '../kernel/index.ts'
import { catalogEntrySchema } from './catalog.ts'

/** What flows through a port. `value` is JSON (params, metrics); the others are files in the blob store. */
export const portTypeSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('value'), schema: z.record(z.string(), z.unknown()), default: z.unknown().optional() }),
  z.object({ kind: z.literal('table'), schema: tableSchemaSchema.optional() }),
  z.object({ kind: z.literal('file'), mediaType: z.string().optional() }),
  z.object({ kind: z.literal('folder') }),
  z.object({ kind: z.literal('model') }),
  z.object({ kind: z.literal('report') }),
])
export type PortType = z.infer<typeof portTypeSchema>

/** The way to a field inside a JSON value, from the outside in; the whole value where absent. */
type Path = { readonly path?: readonly string[] | undefined }

/** Where an input comes from. */
export type PortRef =
  | ({ readonly from: 'param'; readonly name: string } & Path)
  | { readonly from: 'value'; readonly value?: unknown }
  | ({ readonly from: 'step'; readonly step: string; readonly output: string } & Path)
  | { readonly from: 'dataset'; readonly name: string; readonly version?: number | undefined }
  | { readonly from: 'model'; readonly name: string; readonly alias: string; readonly optional: boolean }
  | { readonly from: 'list'; readonly items: readonly PortRef[] }
  /** The first of them that was not skipped: what the two arms of a condition make. */
  | { readonly from: 'either'; readonly items: readonly PortRef[] }
  /** An entry of the graph's own catalog, read when a run begins. */
  | ({ readonly from: 'catalog'; readonly name: string } & Path)
  /** Content that is already in the blob store, fixed in the graph: what a one-off check of an older version looks at. */
  | {
      readonly from: 'artifact'
      readonly kind: 'table' | 'file' | 'folder' | 'model'
      readonly digest: Digest
      readonly sizeBytes: number
    }

const path = z.array(z.string()).min(1).max(20).optional()

/** The schema of {@link PortRef}; lists may not hold lists when a run resolves them. */
export const portRefSchema: z.ZodType<PortRef> = z.lazy(() =>
  z.discriminatedUnion('from', [
    z.object({ from: z.literal('param'), name: z.string(), path }),
    z.object({ from: z.literal('value'), value: z.unknown() }),
    z.object({ from: z.literal('step'), step: nameSchema, output: z.string(), path }),
    z.object({ from: z.literal('dataset'), name: nameSchema, version: z.number().int().positive().optional() }),
    z.object({ from: z.literal('model'), name: nameSchema, alias: nameSchema, optional: z.boolean() }),
    z.object({ from: z.literal('list'), items: z.array(portRefSchema) }),
    z.object({ from: z.literal('either'), items: z.array(portRefSchema).min(1) }),
    z.object({ from: z.literal('catalog'), name: nameSchema, path }),
    z.object({
      from: z.literal('artifact'),
      kind: z.enum(['table', 'file', 'folder', 'model']),
      digest: digestSchema,
      sizeBytes: z.number().int(),
    }),
  ]),
)

/** Something that must hold of what is known when a step could start; a value that is not there (its step was skipped) fulfils nothing. */
export const conditionSchema = z.object({
  ref: portRefSchema,
  is: z.enum(['equal', 'not-equal', 'less', 'at-most', 'greater', 'at-least']),
  value: z.json(),
})
export type Condition = z.infer<typeof conditionSchema>

/**
 * What a node of the graph does: `code` runs the user's code in a child process, `command` a program of any language, `notebook` a Jupyter
 * notebook, `gate` Regia's own checks over the model and table given. The control plane itself carries out the rest: `register` writes to
 * the registry, `save` writes to the catalog, `approve` waits for a person.
 */
export const stepKindSchema = z.enum(['code', 'command', 'notebook', 'gate', 'register', 'save', 'approve'])
export type StepKind = z.infer<typeof stepKindSchema>

/** One attempt for each element of an input; each output becomes the list of what the attempts made, in the order of the elements. */
export const mapSpecSchema = z.object({
  /** The input that is taken apart; its type is that of one element. */
  input: z.string(),
  /** `items` of a list, `rows` of a table in pieces of `size`, or the `partitions` of a table by the values of `column`. */
  by: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('items') }),
    z.object({ kind: z.literal('rows'), size: z.number().int().positive() }),
    z.object({ kind: z.literal('partitions'), column: z.string() }),
  ]),
  /** How many run at once at most; what the workers have room for where absent. */
  concurrency: z.number().int().positive().optional(),
  /** The share of elements that must succeed, 0 to 1; the others are left out of the lists. */
  minimumSuccess: z.number().min(0).max(1).default(1),
})
export type MapSpec = z.infer<typeof mapSpecSchema>

/** A program and its arguments, never given to a shell; what `{in.NAME}`, `{out.NAME}`, `{dir}` and `{seed}` stand for tells `parseArgument`. */
export const commandSpecSchema = z.object({
  /** For `notebook`: the interpreter, such as `python3`. */
  argv: z.array(z.string()).min(1).max(1_000),
  /** The program's own files, a folder in the blob store, laid out in the attempt's working folder. */
  files: digestSchema.optional(),
  /** For `notebook`: the notebook's path among the files. */
  notebook: z.string().optional(),
})
export type CommandSpec = z.infer<typeof commandSpecSchema>

export const backoffSchema = z.object({
  firstMs: z.number().int().positive().default(1_000),
  factor: z.number().min(1).max(100).default(2),
  maximumMs: z.number().int().positive().default(60_000),
})
export type Backoff = z.infer<typeof backoffSchema>

export const approvalSpecSchema = z.object({
  question: z.string().min(1).max(2_000),
  /** Who may decide; anybody where empty. */
  approvers: z.array(z.string()).max(100).default([]),
  /** After this the answer is no. */
  timeoutMs: z.number().int().positive().optional(),
})
export type ApprovalSpec = z.infer<typeof approvalSpecSchema>

export const graphStepSchema = z.object({
  /** Unique within the graph: the step's name, with `-2`, `-3` … where it is used again; `group.name` within a sub-pipeline. */
  id: nameSchema,
  name: nameSchema,
  kind: stepKindSchema,
  /** The sub-pipelines that it stands in, outermost first, such as `prepare` or `prepare.clean`; absent at the top. */
  group: nameSchema.optional(),
  tags: z.array(nameSchema).max(50).default([]),
  description: z.string().max(2_000).optional(),
  inputs: z.record(z.string(), portRefSchema),
  inputTypes: z.record(z.string(), portTypeSchema),
  outputs: z.record(z.string(), portTypeSchema),
  /** Digest of the code that this step can reach; for other kinds of Regia's version. */
  codeDigest: digestSchema,
  /** The files that the code digest covers, each with its own, so that a change can be named. */
  codeFiles: z.record(z.string(), digestSchema).optional(),
  /** Run only when all of them hold; otherwise the step and what depends on it are skipped. */
  when: z.array(conditionSchema).default([]),
  map: mapSpecSchema.optional(),
  cache: z.boolean().default(true),
  /** How long a cached output is taken; for ever where absent. */
  cacheTtlMs: z.number().int().positive().optional(),
  /** Attempts after the first one, for failures of the step's own code. */
  retries: z.number().int().min(0).max(20).default(0),
  /** Further attempts for faults of the machinery: a worker that died, a machine that was taken away. */
  infrastructureRetries: z.number().int().min(0).max(20).default(5),
  backoff: backoffSchema.prefault({}),
  /** It must not run twice: an attempt that was lost is not tried again, since nobody knows how far it came. */
  atMostOnce: z.boolean().default(false),
  timeoutMs: z.number().int().positive().default(3_600_000),
  cpu: z.number().positive().default(1),
  memoryMb: z.number().positive().default(512),
  /** Environment variables that it runs with; part of its cache key. */
  env: z.record(z.string(), z.string()).default({}),
  /** Names of the worker's environment variables that it may see; never stored, logged or part of a key. */
  secrets: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/))
    .max(50)
    .default([]),
  command: commandSpecSchema.optional(),
  approval: approvalSpecSchema.optional(),
  /** For `save`: the entry of the graph's catalog. */
  save: nameSchema.optional(),
  /** For `gate`: the checks. For `register`: the model's name and alias. */
  checks: z.array(checkSpecSchema).optional(),
  register: z.object({ model: nameSchema, alias: nameSchema }).optional(),
  /** Where the author wrote it, `file:line`. */
  definedAt: z.string().optional(),
})
export type GraphStep = z.infer<typeof graphStepSchema>

/** `stop`: nothing new starts after a failure. `continue`: what does not depend on it goes on. `cancel`: what runs is ended too. */
export const FAILURE_POLICIES = ['stop', 'continue', 'cancel'] as const
export const failurePolicySchema = z.enum(FAILURE_POLICIES)
export type FailurePolicy = z.infer<typeof failurePolicySchema>

/** A pipeline as data: what the server keeps, orders and runs. It never imports the user's code. */
export const pipelineGraphSchema = z.object({
  name: nameSchema,
  description: z.string().default(''),
  params: z.record(
    z.string(),
    z.object({ schema: z.record(z.string(), z.unknown()), default: z.unknown().optional() }),
  ),
  steps: z.array(graphStepSchema).min(1).max(20_000),
  onFailure: failurePolicySchema.default('continue'),
  /** The catalog entries that it reads and saves, as they are in the environment that it was deployed for. */
  catalog: z.record(nameSchema, catalogEntrySchema).default({}),
  /** The environment that it was deployed for; absent for the base. */
  environment: nameSchema.optional(),
  /** Digest of the lockfile: other packages mean other results. */
  lockfileDigest: digestSchema.optional(),
})
export type PipelineGraph = z.infer<typeof pipelineGraphSchema>

/** Code of a project as it runs: one ES module with the user's files inside and packages outside. */
export type BundleRef = { readonly digest: Digest; readonly entry: string }
