import { z } from 'zod'
import { checkSpecSchema } from '../evaluation/index.ts'
import { digestSchema, idSchema, nameSchema, timestampSchema } from '../kernel/index.ts'
import { commandSpecSchema, portTypeSchema, stepKindSchema } from './graph.ts'
import { artifactSchema, errorBodySchema } from './run.ts'

/** One attempt of a step: what the control plane, a worker and a step process all call it by. */
const attemptOfStep = {
  runId: idSchema('run'),
  stepRunId: idSchema('stepRun'),
  step: nameSchema,
  stepName: nameSchema,
  kind: stepKindSchema,
  attempt: z.number().int().positive(),
  /** The folder from which the code's packages are resolved. */
  projectDir: z.string(),
  outputs: z.record(z.string(), portTypeSchema),
  checks: z.array(checkSpecSchema).optional(),
  command: commandSpecSchema.optional(),
  env: z.record(z.string(), z.string()),
  secrets: z.array(z.string()),
  /** Of a mapped step: which element this attempt is for. */
  item: z.object({ index: z.number().int(), count: z.number().int() }).optional(),
  seed: z.string(),
  memoryMb: z.number(),
  cpu: z.number(),
}

/** The inputs of an attempt; `artifact` is how each blob is named to whoever reads them. */
const inputsOf = <Named extends z.ZodType>(artifact: Named) =>
  z.record(
    z.string(),
    z.object({
      type: portTypeSchema,
      value: z.unknown().optional(),
      artifacts: z.array(artifact),
      isList: z.boolean(),
    }),
  )

/**
 * The step protocol, version 1: all that a step process and its worker say to each other.
 * The worker writes a manifest and names it on the process's standard input; the process writes its outputs into the attempt's own folder,
 * says what happens as NDJSON events, and writes `result.json` last: that is the commit.
 */
export const stepManifestSchema = z.object({
  protocol: z.literal(1),
  ...attemptOfStep,
  /** The bundled code. */
  bundlePath: z.string(),
  inputs: inputsOf(z.object({ artifact: artifactSchema, path: z.string() })),
  /** Where outputs go; only this attempt writes there. */
  outputDir: z.string(),
  resultPath: z.string(),
})
export type StepManifest = z.infer<typeof stepManifestSchema>

export const stepEventSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('log'),
    stream: z.enum(['stdout', 'stderr', 'system']),
    text: z.string(),
    at: timestampSchema,
  }),
  z.object({
    type: z.literal('metric'),
    name: z.string(),
    value: z.number(),
    step: z.number().int(),
    at: timestampSchema,
  }),
  /** The step's own code begins: its inputs are there and its process is ready. */
  z.object({ type: z.literal('started'), at: timestampSchema }),
  z.object({
    type: z.literal('progress'),
    fraction: z.number().min(0).max(1),
    message: z.string().optional(),
    at: timestampSchema,
  }),
])
export type StepEvent = z.infer<typeof stepEventSchema>

/** A line that a program may append to the file that `REGIA_EVENTS` names: an event whose time its worker adds. */
export const programEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('log'), text: z.string(), stream: z.enum(['stdout', 'stderr']).default('stdout') }),
  z.object({ type: z.literal('metric'), name: z.string(), value: z.number(), step: z.number().int().default(0) }),
  z.object({ type: z.literal('progress'), fraction: z.number(), message: z.string().optional() }),
])
export type ProgramEvent = z.infer<typeof programEventSchema>

export const stepResultSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('succeeded'),
    outputs: z.record(
      z.string(),
      z.object({
        kind: artifactSchema.shape.kind,
        path: z.string().optional(),
        value: z.unknown().optional(),
        rowCount: z.number().int().optional(),
        columns: artifactSchema.shape.columns,
        mediaType: z.string().optional(),
      }),
    ),
  }),
  z.object({ status: z.literal('failed'), error: errorBodySchema, isRetryable: z.boolean() }),
])
export type StepResult = z.infer<typeof stepResultSchema>

/** What a worker gets when it leases an attempt. The token only grows: a report with an older one is refused. */
export const leasedStepSchema = z.object({
  leaseToken: z.number().int(),
  expiresAt: timestampSchema,
  ...attemptOfStep,
  bundleDigest: digestSchema,
  inputs: inputsOf(artifactSchema),
  timeoutMs: z.number(),
})
export type LeasedStep = z.infer<typeof leasedStepSchema>

export const leaseReportSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('succeeded'),
    leaseToken: z.number().int(),
    outputs: z.record(z.string(), artifactSchema),
  }),
  z.object({
    status: z.literal('failed'),
    leaseToken: z.number().int(),
    error: errorBodySchema,
    isRetryable: z.boolean(),
  }),
  z.object({ status: z.literal('cancelled'), leaseToken: z.number().int() }),
])
export type LeaseReport = z.infer<typeof leaseReportSchema>
