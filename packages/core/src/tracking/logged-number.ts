import { z } from 'zod'

/** A number that was logged, as JSON can carry it: a loss that went astray is `"NaN"` or `"Infinity"`, and must be seen as that. */
// Not an enum: the compiler's declaration of one would take the key of -Infinity for a computed one, and lose it.
export const loggedNumberSchema = z.union([z.number(), z.literal('NaN'), z.literal('Infinity'), z.literal('-Infinity')])
export type LoggedNumber = z.infer<typeof loggedNumberSchema>

/** Any IEEE 754 double as JSON can carry it. @example encodeNumber(Number.NaN) // 'NaN' */
export function encodeNumber(value: number): LoggedNumber {
  if (Number.isFinite(value)) return value
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}

/** The double that {@link encodeNumber} was given. @example decodeNumber('-Infinity') // -Infinity */
export const decodeNumber = (value: LoggedNumber): number => Number(value)
