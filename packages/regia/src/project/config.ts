import { nameSchema, secretRefSchema } from '@regia/core'
import { z } from 'zod'

/** Where a project's declarations stand by custom. */
const USUAL_ENTRIES = [
  'pipelines/**/*.{ts,yaml,yml}',
  'endpoints/**/*.{ts,yaml,yml}',
  'monitors/**/*.ts',
  'checks/**/*.ts',
  'schedules/**/*.ts',
  'notifiers/**/*.ts',
]

/** Something of a kind: one that Regia brings, or one of the project's own with the settings that it takes. */
const ofKind = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.strictObject({ kind: nameSchema, ...shape, settings: z.record(z.string(), z.json()).optional() })

/** On what pipelines run in an environment. What is left out is as in the base. */
export const stackConfigSchema = z.strictObject({
  /** A Regia elsewhere: commands talk to it. `undefined` where the base has one and this environment has none. */
  server: z
    .strictObject({ url: z.url({ protocol: /^https?$/ }), token: secretRefSchema.optional() })
    .or(z.undefined())
    .optional(),
  /** The folder that everything is kept in, from the project's folder. */
  home: z.string().min(1).optional(),
  /** `local` (child processes), `inProcess`, or one of the project's own. */
  executor: nameSchema.optional(),
  /** Cores and memory that steps may take together; what the machine has where absent. */
  cpu: z.number().positive().max(4_096).optional(),
  memoryMb: z.number().positive().optional(),
  blobs: ofKind({ path: z.string().min(1).optional() }).optional(),
  database: ofKind({ path: z.string().min(1).optional() }).optional(),
  /** Names of the notifiers that are told here; all that the project declares where absent. */
  notifiers: z.array(nameSchema).max(50).optional(),
})
export type StackConfig = z.infer<typeof stackConfigSchema>

export const environmentConfigSchema = z.strictObject({
  description: z.string().max(2_000).optional(),
  stack: stackConfigSchema.default({}),
})

/** Modules of the project, by the name of the kind that each one brings. */
const modules = z.record(nameSchema, z.string().min(1)).default({})

export const kindModulesSchema = z.strictObject({
  stores: modules,
  notifiers: modules,
  executors: modules,
  steps: modules,
  transforms: modules,
})
export type KindGroup = keyof z.infer<typeof kindModulesSchema>

/** What `regia.config.ts` exports. */
export const projectConfigSchema = z.strictObject({
  name: nameSchema,
  /** Files, from the project's folder, that declare pipelines, endpoints, monitors, checks, schedules and notifiers; may hold `*` and `**`. */
  entries: z.array(z.string().min(1)).max(100).default(USUAL_ENTRIES),
  /** The module that `regia demo` runs. */
  demo: z.string().min(1).optional(),
  /** By name; `base` holds what the others begin with, and is what runs without `--env`. */
  environments: z.record(nameSchema, environmentConfigSchema).default({}),
  /** Kinds of the project's own. */
  kinds: kindModulesSchema.prefault({}),
})
export type ProjectConfig = z.infer<typeof projectConfigSchema>
