export type Quote = "'" | '"' | '`'

/** A piece of a filter's text, as written from `from` to `until` (UTF-16 units). */
export type Token = {
  readonly kind: 'word' | 'quoted' | 'operator' | 'punctuation' | 'end'
  /** Of what is quoted the text inside, a doubled quote made single. */
  readonly text: string
  readonly quote?: Quote
  /** Whether the closing quote is there. */
  readonly isClosed: boolean
  readonly from: number
  readonly until: number
}

const SPACE = /\s*/y
const WORD = /[^\s=!<>'"`(),]+/y
const OPERATOR = /[=!<>]+/y

/** Takes a text apart; never fails: whoever reads the tokens says what is wrong. The last one is the `end`. Linear in the text's length. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  for (;;) {
    at += matchAt(SPACE, text, at).length
    if (at >= text.length) break
    const token = tokenAt(text, at)
    tokens.push(token)
    at = token.until
  }
  tokens.push({ kind: 'end', text: '', isClosed: true, from: text.length, until: text.length })
  return tokens
}

function tokenAt(text: string, from: number): Token {
  const first = text.charAt(from)
  if (first === "'" || first === '"' || first === '`') return quotedAt(text, from, first)
  const operator = matchAt(OPERATOR, text, from)
  if (operator !== '') return plain('operator', operator, from)
  const word = matchAt(WORD, text, from)
  return word === '' ? plain('punctuation', first, from) : plain('word', word, from)
}

const plain = (kind: Token['kind'], text: string, from: number): Token => ({
  kind,
  text,
  isClosed: true,
  from,
  until: from + text.length,
})

function quotedAt(text: string, from: number, quote: Quote): Token {
  const parts: string[] = []
  let at = from + 1
  for (;;) {
    const end = text.indexOf(quote, at)
    if (end === -1) {
      parts.push(text.slice(at))
      return { kind: 'quoted', text: parts.join(''), quote, isClosed: false, from, until: text.length }
    }
    parts.push(text.slice(at, end))
    at = end + 1
    if (text.charAt(at) !== quote) break
    parts.push(quote)
    at++
  }
  return { kind: 'quoted', text: parts.join(''), quote, isClosed: true, from, until: at }
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
