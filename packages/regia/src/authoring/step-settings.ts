import { durationMs, durationSchema, nameSchema, RegiaError } from '@regia/core'
import { z } from 'zod'

/** What every step may say of how it runs; {@link step}, `command` and `notebook` share it. */
export type StepSettings = {
  /** Unique within the project's entry file; what people see. Letters, digits, `.`, `_` and `-`. */
  readonly name: string
  readonly description?: string
  /** For `regia run --tags` and for people. */
  readonly tags?: readonly string[]
  /** Take the outputs of an earlier run with the same code and inputs, perhaps only for so long. Default true; false for what has side effects. */
  readonly cache?: boolean | { readonly ttl: string }
  /** Attempts after the first one, for failures of the step's own code. Default 0, at most 20. */
  readonly retries?: number
  /** Further attempts for faults of the machinery, such as a worker that died. Default 5, at most 20. */
  readonly infrastructureRetries?: number
  /** How long a further attempt waits: `first`, then `factor` times as long each time, up to `maximum`. Default 1 s, 2 and 1 minute. */
  readonly backoff?: { readonly first?: string; readonly factor?: number; readonly maximum?: string }
  /** It must not run twice: an attempt that was lost is not tried again. Not together with `retries`. */
  readonly atMostOnce?: boolean
  /** Such as `'30m'`. Default 1 hour. */
  readonly timeout?: string
  /** `cpu` in cores (default 1), `memoryMb` for the JavaScript heap (default 512). */
  readonly resources?: { readonly cpu?: number; readonly memoryMb?: number }
  /** Environment variables that it runs with; part of its cache key. */
  readonly env?: { readonly [name: string]: string }
  /** Names of the worker's environment variables that it may see; their values are never stored, logged or part of a key. */
  readonly secrets?: readonly string[]
}

const variableName = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'use letters, digits and "_"')

const settingsSchema = z
  .object({
    name: nameSchema,
    description: z.string().max(2_000).optional(),
    tags: z.array(nameSchema).max(50).default([]),
    cache: z.union([z.boolean(), z.strictObject({ ttl: durationSchema })]).default(true),
    retries: z.number().int().min(0).max(20).default(0),
    infrastructureRetries: z.number().int().min(0).max(20).default(5),
    backoff: z
      .strictObject({
        first: durationSchema.default('1s'),
        factor: z.number().min(1).max(100).default(2),
        maximum: durationSchema.default('1m'),
      })
      .prefault({}),
    atMostOnce: z.boolean().default(false),
    timeout: durationSchema.default('1h'),
    resources: z
      .strictObject({ cpu: z.number().positive().default(1), memoryMb: z.number().min(64).default(512) })
      .prefault({}),
    env: z.record(variableName, z.string()).default({}),
    secrets: z.array(variableName).max(50).default([]),
  })
  .refine(({ atMostOnce, retries }) => !atMostOnce || retries === 0, {
    path: ['retries'],
    message: 'a step that must not run twice (atMostOnce) cannot be retried',
  })

/** The settings as the graph keeps them. @throws RegiaError `PIPELINE_INVALID` naming the setting and the line. */
export function readSettings(spec: unknown, locate: () => string | undefined) {
  const parsed = settingsSchema.safeParse(spec)
  if (!parsed.success) throw wrongSetting(parsed.error.issues[0], locate())
  const { cache, timeout, resources, backoff, description, ...rest } = parsed.data
  return {
    ...rest,
    ...resources,
    ...(description !== undefined && { description }),
    cache: cache !== false,
    ...(typeof cache === 'object' && { cacheTtlMs: durationMs(cache.ttl) }),
    timeoutMs: durationMs(timeout),
    backoff: {
      firstMs: durationMs(backoff.first),
      factor: backoff.factor,
      maximumMs: durationMs(backoff.maximum),
    },
  }
}

const wrongSetting = (issue: z.core.$ZodIssue | undefined, where: string | undefined) =>
  new RegiaError('PIPELINE_INVALID', `A step's ${issue?.path.join('.')} is wrong: ${issue?.message}.`, {
    hint: "Such as { name: 'train', retries: 2, timeout: '30m', resources: { cpu: 2, memoryMb: 2000 } }.",
    ...(where !== undefined && { where }),
  })
