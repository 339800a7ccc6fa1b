import { z } from 'zod'

/** A secret by where it is found: it is read where it is used and is never stored or logged. */
export const secretRefSchema = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/) }),
  z.strictObject({ file: z.string().min(1) }),
])
export type SecretRef = z.infer<typeof secretRefSchema>
