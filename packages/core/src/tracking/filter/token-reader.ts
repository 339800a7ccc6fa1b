import { RegiaError } from '../../kernel/index.ts'
import { type Token, tokenize } from './tokens.ts'

const SHOWN_LENGTH = 60

/** Walks through the tokens of one text, and says in one way what is wrong with one of them. */
export class TokenReader {
  readonly text: string
  readonly #field: string
  readonly tokens: readonly Token[]
  #index = 0

  /** @param field - Where the text comes from, for errors: `filter`, `orderBy.0`. */
  constructor(text: string, field: string) {
    this.text = text
    this.#field = field
    this.tokens = tokenize(text)
  }

  get token(): Token {
    return this.tokens[this.#index] ?? END
  }

  get following(): Token {
    return this.tokens[this.#index + 1] ?? END
  }

  /** The one before. */
  get taken(): Token {
    return this.tokens[this.#index - 1] ?? END
  }

  get isAtEnd(): boolean {
    return this.token.kind === 'end'
  }

  /** Whether all that is left is one name that goes on to the end, or is cut off by it. */
  endsAtPiece(): boolean {
    let end = this.token.from
    for (const token of this.tokens.slice(this.#index, -1)) {
      if (!isPiece(token) || token.from !== end) return false
      end = token.until
    }
    return end === this.text.length
  }

  take(): Token {
    const { token } = this
    this.#index++
    return token
  }

  /** Whether the word stands here, whatever its case. */
  hasWord(word: string): boolean {
    return this.token.kind === 'word' && this.token.text.toUpperCase() === word
  }

  takeWord(word: string): boolean {
    if (!this.hasWord(word)) return false
    this.#index++
    return true
  }

  /** What is wrong with a token: names it, its place, and what would be right. */
  fault(token: Pick<Token, 'from' | 'until'>, expected: string, hint?: string): RegiaError {
    const written = this.text.slice(token.from, token.until)
    const shown = written.length > SHOWN_LENGTH ? `${written.slice(0, SHOWN_LENGTH)}…` : written
    const subject = this.#field === 'filter' ? 'filter' : 'order'
    const got = written === '' ? `breaks off at column` : `has "${shown}" at column`
    const message = `The ${subject} ${got} ${token.from + 1}: expected ${expected}.`
    return new RegiaError('INVALID_INPUT', message, {
      where: `${this.#field}:${token.from + 1}`,
      ...(hint !== undefined && { hint }),
    })
  }
}

/** What a name may consist of. */
export const isPiece = (token: Token): boolean =>
  token.kind === 'word' || (token.kind === 'quoted' && token.quote !== "'")

const END: Token = { kind: 'end', text: '', isClosed: true, from: 0, until: 0 }
