import { RegiaError } from '../../kernel/index.ts'
import type { TrackingFields } from '../tracked-run.ts'
import type { FilterGrammar, FilterOperator } from './clause.ts'
import { type Operand, readOperand } from './operand.ts'
import { operatorsOf, readOperator } from './operator.ts'
import { suggestOperands } from './suggest-operands.ts'
import type { FilterSuggestion } from './suggestion.ts'
import { TokenReader } from './token-reader.ts'
import type { Token } from './tokens.ts'
import { readValue } from './value.ts'

/**
 * What may be written where the cursor stands, the likeliest first: entities, attributes and keys, operators, values, closing quotes, AND.
 *
 * @param text - A filter that is being written.
 * @param cursor - In UTF-16 units, 0 to the text's length.
 * @param grammar - What may be asked.
 * @param fields - Keys that there are.
 * @returns Replacements of the text between `from` and `until`; none where nothing fits or what stands before the cursor is wrong.
 * @example completeFilter('metrics.rm', 10, RUN_GRAMMAR, fields) // [{ from: 0, until: 10, text: 'metrics.rmse', kind: 'key' }]
 */
export function completeFilter(
  text: string,
  cursor: number,
  grammar: FilterGrammar,
  fields: Partial<TrackingFields>,
): readonly FilterSuggestion[] {
  const reader = new TokenReader(text.slice(0, cursor), 'filter')
  const place = { text, cursor, grammar, fields }
  try {
    for (;;) {
      const suggestions = suggestInClause(reader, place)
      if (suggestions !== undefined) return suggestions
    }
  } catch (error) {
    if (error instanceof RegiaError) return []
    throw error
  }
}

type Place = {
  readonly text: string
  readonly cursor: number
  readonly grammar: FilterGrammar
  readonly fields: Partial<TrackingFields>
}

/** `undefined` where the condition and the AND behind it are whole. */
function suggestInClause(reader: TokenReader, place: Place): readonly FilterSuggestion[] | undefined {
  const { cursor, grammar } = place
  const start = reader.token.from
  if (reader.isAtEnd || reader.endsAtPiece()) return suggestOperands({ ...place, from: start, until: wordEnd(place) })
  const operand = readOperand(reader, grammar)
  const operatorFrom = reader.token.from
  const longer = suggestOperators(operand, operatorFrom, place)
  if (reader.isAtEnd) return longer
  if (longer.length > 0 && reader.text.slice(operatorFrom, cursor).trimEnd().length === cursor - operatorFrom)
    return longer
  const operator = readOperator(reader, operand, grammar)
  const values = suggestValues(reader, operand, operator, place)
  if (values !== undefined) return values
  readValue(reader, operand, operator)
  return suggestAnd(reader, place)
}

/** Operators that go on from what is written of one. */
function suggestOperators(operand: Operand, from: number, place: Place): readonly FilterSuggestion[] {
  const written = place.text.slice(from, place.cursor).toUpperCase().replace(/\s+/g, ' ')
  return operatorsOf(operand, place.grammar)
    .filter((operator) => operator !== written && operator.startsWith(written))
    .map((operator) => ({ from, until: place.cursor, text: operator, kind: 'operator' as const }))
}

/** `undefined` where the value is whole, or there is none. */
function suggestValues(
  reader: TokenReader,
  operand: Operand,
  operator: FilterOperator,
  { cursor }: Place,
): readonly FilterSuggestion[] | undefined {
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') return undefined
  const isList = operator === 'IN' || operator === 'NOT IN'
  if (isList && reader.isAtEnd) return [{ from: cursor, until: cursor, text: '(', kind: 'value' }]
  const open = lastToken(reader)
  if (isList && isAfterMark(open)) return textValues(operand, undefined, cursor)
  if (open !== undefined && !open.isClosed) return textValues(operand, open, cursor)
  const takesText = (operand.attribute?.type ?? (operand.entity === 'metric' ? 'number' : 'text')) === 'text'
  if (reader.isAtEnd) return takesText ? textValues(operand, undefined, cursor) : []
  return undefined
}

const isAfterMark = (token: Token | undefined): boolean => token?.kind === 'punctuation' && token.text !== ')'

/** The last one before the end. */
const lastToken = (reader: TokenReader): Token | undefined => reader.tokens.at(-2)

function textValues({ attribute }: Operand, open: Token | undefined, cursor: number): readonly FilterSuggestion[] {
  const quote = open?.quote ?? "'"
  const from = open?.from ?? cursor
  const begun = open?.text.toLowerCase() ?? ''
  const known = Object.values(attribute?.values ?? {}).filter((value) => value.toLowerCase().startsWith(begun))
  const values = known.map((value) => ({
    from,
    until: cursor,
    text: `${quote}${value}${quote}`,
    kind: 'value' as const,
  }))
  if (values.length > 0) return values
  return [{ from: cursor, until: cursor, text: quote, kind: 'quote' }]
}

function suggestAnd(reader: TokenReader, place: Place): readonly FilterSuggestion[] | undefined {
  const { cursor, text } = place
  if (reader.isAtEnd) {
    const isParted = /\s$/.test(text.slice(0, cursor))
    // A number may go on.
    if (!isParted && reader.taken.kind === 'word') return []
    return [{ from: cursor, until: cursor, text: isParted ? 'AND' : ' AND', kind: 'keyword' }]
  }
  const { token } = reader
  if (token.until === cursor && token.kind === 'word' && 'AND'.startsWith(token.text.toUpperCase())) {
    return [{ from: token.from, until: wordEnd(place), text: 'AND', kind: 'keyword' }]
  }
  if (!reader.takeWord('AND')) throw reader.fault(token, 'AND')
  return undefined
}

/** The end of the word in which the cursor stands. */
function wordEnd({ text, cursor }: Place): number {
  const rest = /^[^\s=!<>'"`(),]*/.exec(text.slice(cursor))?.[0] ?? ''
  return cursor + rest.length
}
