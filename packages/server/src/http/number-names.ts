/**
 * Puts something else in the place of the tokens `NaN`, `Infinity` and `-Infinity`, which Python writes into JSON and JSON does not know.
 * What looks like a token inside of a string stays as it is. In time that grows with the length and no faster, whatever came.
 *
 * @param replacement - As `String.replace` takes it: `$&` is the token.
 */
export function replaceNumberNames(text: string, replacement: string): string {
  const parts: string[] = []
  let from = 0
  while (from < text.length) {
    const opening = text.indexOf('"', from)
    const end = opening === -1 ? text.length : opening
    parts.push(text.slice(from, end).replace(/-?\b(?:Infinity|NaN)\b/g, replacement))
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
