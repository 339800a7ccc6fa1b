import { issueText, RegiaError } from '@regia/core'
import { z } from 'zod'

/**
 * Reads what an author declared.
 *
 * @param what - The kind of declaration, such as `monitor`.
 * @throws RegiaError `CONFIG_INVALID` naming the field and the line.
 */
export function parseDeclaration<Output>(
  what: string,
  schema: z.ZodType<Output>,
  given: unknown,
  location: () => string | undefined,
): Output {
  const parsed = schema.safeParse(given)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw wrongDeclaration(
    `${/^[aeiou]/.test(what) ? 'An' : 'A'} ${what} is not valid: ${issue?.path.join('.') || 'it'}: ${issue && issueText(issue)}.`,
    z.prettifyError(parsed.error),
    location,
  )
}

export function wrongDeclaration(message: string, hint: string, location: () => string | undefined): RegiaError {
  const where = location()
  return new RegiaError('CONFIG_INVALID', message, { hint, ...(where !== undefined && { where }) })
}
