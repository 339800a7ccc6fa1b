import { z } from 'zod'
import { nameSchema } from '../kernel/index.ts'
import { upstreamCredentialsSchema } from './upstream-credentials.ts'

const cellSchema = z.union([z.string(), z.number(), z.boolean(), z.null()])

/** Several endpoints asked as one; each goes on logging, and being released, by itself. */
export const compositionSchema = z.discriminatedUnion('kind', [
  /** The weighted mean of their scores and probabilities. */
  z.strictObject({
    kind: z.literal('weights'),
    members: z
      .array(z.strictObject({ endpoint: nameSchema, weight: z.number().positive() }))
      .min(2)
      .max(20),
  }),
  /** One after the other: the next also gets the score of the one before, as a column. */
  z.strictObject({
    kind: z.literal('sequence'),
    members: z
      .array(z.strictObject({ endpoint: nameSchema, scoreAs: z.string().min(1).optional() }))
      .min(2)
      .max(20),
  }),
  /** The first case whose value the field has; else the default. */
  z.strictObject({
    kind: z.literal('switch'),
    field: z.string().min(1),
    cases: z
      .array(z.strictObject({ equals: z.array(cellSchema).min(1), endpoint: nameSchema }))
      .min(1)
      .max(100),
    otherwise: nameSchema,
  }),
])
export type Composition = z.infer<typeof compositionSchema>

/** Endpoints that a composition asks, each once. */
export function membersOf(composition: Composition): readonly string[] {
  const all =
    composition.kind === 'switch'
      ? [...composition.cases.map(({ endpoint }) => endpoint), composition.otherwise]
      : composition.members.map(({ endpoint }) => endpoint)
  return [...new Set(all)]
}

/** An address is kept and shown: it holds nothing that is secret. */
const isBare = (address: string): boolean => /^\w+:\/\/[^/@?#]*(\/[^?#]*)?$/.test(address)

/** A model that another server of the Open Inference Protocol, version 2, answers for: whatever library runs there. */
export const upstreamSchema = z.strictObject({
  kind: z.literal('upstream'),
  /** Where `/v2` is found, such as `http://triton:8000`. */
  url: z.url({ protocol: /^https?$/ }).refine(isBare, {
    error: 'use an address without user, password, "?" and "#"; what a server demands is named as "credentials"',
  }),
  model: z.string().min(1).max(250),
  modelVersion: z.string().max(20).optional(),
  timeoutMs: z.number().int().min(1).max(600_000).default(10_000),
  /** What the server demands, by reference. */
  credentials: upstreamCredentialsSchema.optional(),
  /** Its tensors, and which columns of the signature each is made of, one beside the other. */
  inputs: z
    .array(
      z.strictObject({
        name: z.string(),
        datatype: z.string(),
        columns: z.array(z.string()).min(1),
        /** Whether the tensor has a second dimension. */
        isMatrix: z.boolean(),
      }),
    )
    .min(1),
  /** The output of numbers that answers: probabilities of every class, the probability of the positive one, or a regression's value. */
  output: z.strictObject({ name: z.string(), gives: z.enum(['probabilities', 'positive', 'value']) }),
})
export type Upstream = z.infer<typeof upstreamSchema>

/** Who answers for a version that has no graph of its own. */
export const answeredBySchema = z.discriminatedUnion('kind', [
  upstreamSchema,
  z.strictObject({ kind: z.literal('composition'), composition: compositionSchema }),
])
export type AnsweredBy = z.infer<typeof answeredBySchema>
