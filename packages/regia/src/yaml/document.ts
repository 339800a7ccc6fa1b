import { catalogEntrySchema, durationSchema, FAILURE_POLICIES, nameSchema } from '@regia/core'
import { z } from 'zod'

/** Where an input comes from: `step.output`, `$param`, an entry of the catalog, `dataset:NAME@3`, `model:NAME@champion`, or a literal. */
const wireSchema = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()),
  z.strictObject({ value: z.json() }),
])
export type WireDocument = z.infer<typeof wireSchema>

/** `checks.passed`, or `{ if: evaluate.auc, atLeast: 0.7 }`. */
const conditionSchema = z.union([
  z.string(),
  z.strictObject({
    if: z.string(),
    equal: z.json().optional(),
    notEqual: z.json().optional(),
    less: z.number().optional(),
    atMost: z.number().optional(),
    greater: z.number().optional(),
    atLeast: z.number().optional(),
  }),
])
export type ConditionDocument = z.infer<typeof conditionSchema>

const mapSchema = z.strictObject({
  /** The input that is taken apart. */
  input: z.string(),
  /** Of a table: pieces of so many rows, or one piece for each value of a column. Of a list: its items. */
  rows: z.number().int().positive().optional(),
  partitions: z.string().optional(),
  concurrency: z.number().int().positive().optional(),
  minimumSuccess: z.number().min(0).max(1).optional(),
})

/** What every step may say. */
const common = {
  description: z.string().optional(),
  in: z.record(z.string(), wireSchema).default({}),
  when: z.union([conditionSchema, z.array(conditionSchema)]).optional(),
  map: mapSchema.optional(),
  tags: z.array(nameSchema).optional(),
  cache: z.union([z.boolean(), z.strictObject({ ttl: durationSchema })]).optional(),
  retries: z.number().int().min(0).max(20).optional(),
  timeout: durationSchema.optional(),
  resources: z
    .strictObject({ cpu: z.number().positive().optional(), memoryMb: z.number().min(64).optional() })
    .optional(),
  env: z.record(z.string(), z.coerce.string()).optional(),
  secrets: z.array(z.string()).optional(),
}

/** A port by its kind's name, such as `table` or `model`; `{ json: SCHEMA }` for a value. */
const portSchema = z.union([
  z.enum(['table', 'file', 'folder', 'model', 'json', 'number', 'string', 'boolean', 'markdown', 'html']),
  z.strictObject({ json: z.record(z.string(), z.json()) }),
  z.strictObject({ file: z.string() }),
])
export type PortDocument = z.infer<typeof portSchema>

/** A transform by its kind: `{ ordinal: [island, sex] }`, or with settings `{ oneHot: { columns: [island], maxCategories: 20 } }`. */
const transformSchema = z.record(z.string(), z.json())

/** A check by its name: `predictsMoreThanOneClass`, `{ auc: { atLeast: 0.7 } }`, `{ precision: { of: late, beats: [majority], by: 0.1 } }`. */
const checkSchema = z.union([z.string(), z.record(z.string(), z.json())])

/** What a step does, by the word that it begins with. */
export const STEP_SCHEMAS = {
  /** A step that a file of the project exports: `./steps/clean.ts#clean`. */
  uses: z.strictObject({ uses: z.string().regex(/^\.{1,2}\/.+#[\w$]+$/, 'write ./FILE.ts#EXPORT'), ...common }),
  /** A kind of step of the project's own, from its regia.config.ts. */
  type: z.strictObject({ type: nameSchema, settings: z.record(z.string(), z.json()).default({}), ...common }),
  /** One SELECT over the inputs, each a table under its name. */
  sql: z.strictObject({ sql: z.string().min(1), ...common }),
  /** Two tables of one: at random, or the last share by a column. */
  split: z.strictObject({
    split: z.strictObject({ test: z.number().gt(0).lt(1), by: z.string().optional() }),
    ...common,
  }),
  learner: z.strictObject({
    learner: z.string(),
    settings: z.record(z.string(), z.json()).default({}),
    transforms: z.array(transformSchema).min(1),
    target: z.string(),
    positive: z.string().optional(),
    ...common,
  }),
  /** A model over a table of any size: `in: { model: …, rows: … }`, out `scores`. */
  score: z.strictObject({
    score: z.strictObject({
      key: z.string().optional(),
      columns: z.array(z.string()).optional(),
      onBadRow: z.enum(['fail', 'quarantine']).optional(),
      cpu: z.number().positive().optional(),
    }),
    ...common,
  }),
  command: z.strictObject({
    command: z.array(z.string()).min(1),
    files: z.array(z.string()).default([]),
    out: z.record(z.string(), portSchema).default({}),
    /** Kinds of inputs where they cannot be told from where they come from. */
    takes: z.record(z.string(), portSchema).default({}),
    ...common,
  }),
  notebook: z.strictObject({
    notebook: z.string().endsWith('.ipynb'),
    out: z.record(z.string(), portSchema).default({}),
    takes: z.record(z.string(), portSchema).default({}),
    ...common,
  }),
  gate: z.strictObject({ gate: z.array(checkSchema).min(1), ...common }),
  register: z.strictObject({ register: nameSchema, as: nameSchema.optional(), ...common }),
  approve: z.strictObject({
    approve: z.string().min(1),
    approvers: z.array(z.string()).optional(),
    within: durationSchema.optional(),
    ...common,
  }),
} as const

export type StepKindWord = keyof typeof STEP_SCHEMAS
export const STEP_WORDS = Object.keys(STEP_SCHEMAS) as readonly StepKindWord[]
export type StepDocument<Word extends StepKindWord = StepKindWord> = {
  readonly [Each in Word]: z.infer<(typeof STEP_SCHEMAS)[Each]>
}[Word]

export const pipelineDocumentSchema = z.strictObject({
  pipeline: nameSchema,
  description: z.string().optional(),
  onFailure: z.enum(FAILURE_POLICIES).optional(),
  /** JSON Schemas; a bare number, text, boolean or list is a default, and its type that of the parameter. */
  params: z.record(z.string(), z.json()).default({}),
  catalog: z.record(nameSchema, catalogEntrySchema).default({}),
  environments: z.record(nameSchema, z.record(nameSchema, catalogEntrySchema)).default({}),
  steps: z.record(nameSchema, z.unknown()),
})
export type PipelineDocument = z.infer<typeof pipelineDocumentSchema>
