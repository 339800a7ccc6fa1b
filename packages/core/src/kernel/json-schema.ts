import { z } from 'zod'
import { issueText } from './issue-text.ts'

/**
 * What a value has against a JSON Schema, in words; undefined when it fits.
 *
 * @param schema - A JSON Schema (draft 2020-12), such as `z.toJSONSchema` makes. `{}` takes anything.
 * @returns Such as `auc: Invalid input: expected number, received string`; a schema that cannot be read is a fault too.
 * @example jsonSchemaFault({ type: 'number', minimum: 0 }, -1) // 'Too small: expected number to be >=0'
 */
export function jsonSchemaFault(schema: Readonly<Record<string, unknown>>, value: unknown): string | undefined {
  const parser = readSchema(schema)
  if (typeof parser === 'string') return parser
  const parsed = parser.safeParse(value)
  if (parsed.success) return undefined
  return parsed.error.issues
    .slice(0, 5)
    .map((issue) => [issue.path.join('.'), issueText(issue)].filter(Boolean).join(': '))
    .join('; ')
}

function readSchema(schema: Readonly<Record<string, unknown>>): z.ZodType | string {
  try {
    return z.fromJSONSchema({ ...schema })
  } catch (error) {
    return `its JSON Schema cannot be read: ${error instanceof Error ? error.message : String(error)}`
  }
}
