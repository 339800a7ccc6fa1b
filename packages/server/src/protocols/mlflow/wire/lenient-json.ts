export type JsonRecord = { readonly [key: string]: unknown }

/**
 * The object of a request's body, as lenient as clients of the protocol need it: tokens `NaN`, `Infinity` and `-Infinity` are taken for the texts
 * of that name, JSON inside a JSON text is read, and what is no object at all is an empty one.
 *
 * @example readLenientJson('{"value": NaN}') // { value: 'NaN' }
 */
export function readLenientJson(text: string): JsonRecord {
  const value = parse(text)
  const inner = typeof value === 'string' ? parse(value) : value
  return isRecord(inner) ? inner : {}
}

export const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parse(text: string): unknown {
  if (text === '') return undefined
  return tryParse(text) ?? tryParse(quoteNumberNames(text))
}

function tryParse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What looks like a token inside of a string stays as it is. In time that grows with the length and no faster, whatever came. */
function quoteNumberNames(text: string): string {
  const parts: string[] = []
  let from = 0
  while (from < text.length) {
    const opening = text.indexOf('"', from)
    const end = opening === -1 ? text.length : opening
    parts.push(text.slice(from, end).replace(/-?\b(?:Infinity|NaN)\b/g, '"$&"'))
    from = opening === -1 ? end : endOfString(text, opening)
    parts.push(text.slice(end, from))
  }
  return parts.join('')
}

/** Behind the quote that closes the string; the end of the text where none does. */
function endOfString(text: string, opening: number): number {
  for (let quote = text.indexOf('"', opening + 1); quote !== -1; quote = text.indexOf('"', quote + 1)) {
    let escapes = 0
    while (text[quote - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return quote + 1
  }
  return text.length
}
