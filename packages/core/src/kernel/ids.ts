import { z } from 'zod'

declare const brand: unique symbol
export type Id<Kind extends string> = string & { readonly [brand]: Kind }

/** The prefix says what an id names, so that one found in a log can be looked up. */
export const ID_PREFIXES = {
  run: 'run',
  stepRun: 'stp',
  attempt: 'att',
  lease: 'lea',
  alert: 'alr',
  decision: 'dec',
  release: 'rel',
  request: 'req',
  backfill: 'bkf',
  webhook: 'whk',
  delivery: 'dlv',
  scoringJob: 'scj',
  optimisation: 'opt',
} as const

export type IdKind = keyof typeof ID_PREFIXES
export type RunId = Id<'run'>
export type StepRunId = Id<'stepRun'>
export type AttemptId = Id<'attempt'>
export type LeaseId = Id<'lease'>
export type AlertId = Id<'alert'>
export type BackfillId = Id<'backfill'>
export type DecisionId = Id<'decision'>
export type ReleaseId = Id<'release'>
export type WebhookId = Id<'webhook'>
export type DeliveryId = Id<'delivery'>
export type ScoringJobId = Id<'scoringJob'>
export type OptimisationId = Id<'optimisation'>

/** The schema of an id of one kind, such as `run_01h…`; what it parses has the branded type. @example idSchema('run').parse(text) */
export const idSchema = <Kind extends IdKind>(kind: Kind) =>
  z.custom<Id<Kind>>(
    (value) => typeof value === 'string' && new RegExp(`^${ID_PREFIXES[kind]}_[0-9a-z]{8,40}$`).test(value),
    {
      message: `expected an id like "${ID_PREFIXES[kind]}_01h…"`,
    },
  )

export type IdFactory = <Kind extends IdKind>(kind: Kind) => Id<Kind>

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * Makes ids that sort by the time they were made: prefix, 48 bits of milliseconds, 80 random bits, in Crockford's base 32.
 *
 * @param now - Milliseconds since 1970.
 * @param randomBytes - Must return unpredictable bytes, such as `crypto.getRandomValues`.
 */
export function createIdFactory(now: () => number, randomBytes: (count: number) => Uint8Array): IdFactory {
  return (kind) => {
    const time = base32(now(), 10)
    const random = Array.from(randomBytes(16), (byte) => ALPHABET[byte & 31]).join('')
    return `${ID_PREFIXES[kind]}_${time}${random}` as Id<typeof kind>
  }
}

function base32(value: number, length: number): string {
  let rest = value
  let text = ''
  for (let i = 0; i < length; i++) {
    text = ALPHABET[rest % 32] + text
    rest = Math.floor(rest / 32)
  }
  return text
}

/** Names of things a user makes (pipelines, models, endpoints …): safe in a URL, a file name and a shell. */
export const nameSchema = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, 'use letters, digits, ".", "_" and "-", beginning with a letter or digit')
