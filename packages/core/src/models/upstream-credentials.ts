import { z } from 'zod'
import { secretRefSchema } from '../kernel/index.ts'

/** Headers that belong to the connection or the body, not to whoever asks. */
const TAKEN = new Set([
  'host',
  'connection',
  'content-length',
  'content-type',
  'transfer-encoding',
  'upgrade',
  'expect',
])

const headerNameSchema = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'use letters, digits and "-"')
  .refine((name) => !TAKEN.has(name.toLowerCase()), { error: 'use a header that the request does not set itself' })

/**
 * What another server demands of whoever asks it: a token, a password, or headers. Secrets are named and never part of it, so that it may be
 * kept and shown.
 */
export const upstreamCredentialsSchema = z.discriminatedUnion('kind', [
  /** `authorization: Bearer …`. */
  z.strictObject({ kind: z.literal('bearer'), secret: secretRefSchema }),
  /** `authorization: Basic …`; the secret is the password. */
  z.strictObject({
    kind: z.literal('basic'),
    user: z
      .string()
      .min(1)
      .max(250)
      .regex(/^[^:\p{Cc}]+$/u, 'use a name without ":"'),
    secret: secretRefSchema,
  }),
  /** Headers of these names, each with its secret as it is. */
  z.strictObject({
    kind: z.literal('headers'),
    headers: z.record(headerNameSchema, secretRefSchema).refine((headers) => {
      const { length } = Object.keys(headers)
      return length >= 1 && length <= 10
    }, 'name 1 to 10 headers'),
  }),
])
export type UpstreamCredentials = z.infer<typeof upstreamCredentialsSchema>
