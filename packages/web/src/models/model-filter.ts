import { MODEL_GRAMMAR, parseFilter } from '@regia/core'

/** What a filter is recognised by: names of models seldom hold these. */
const OPERATOR = /[=<>]|\s(?:like|ilike|in|is)\b/i

export type ModelFilter = { readonly filter: string | undefined } | { readonly fault: Error }

/** What somebody wrote to find models: a piece of a name, or a filter such as `tags.team = 'ops'`. */
export function modelFilter(text: string): ModelFilter {
  const written = text.trim()
  if (written === '') return { filter: undefined }
  if (!OPERATOR.test(written)) return { filter: `name ILIKE ${literal(`%${written}%`)}` }
  try {
    parseFilter(written, MODEL_GRAMMAR)
    return { filter: written }
  } catch (error) {
    return { fault: error instanceof Error ? error : new Error(String(error)) }
  }
}

// A text with both kinds of quotes cannot be written: what stands between them is looked for without.
const literal = (text: string): string => (text.includes("'") ? `"${text.replaceAll('"', '_')}"` : `'${text}'`)
