import type { FilterClause, FilterOperator } from './clause.ts'
import type { Operand } from './operand.ts'
import type { TokenReader } from './token-reader.ts'
import type { Token } from './tokens.ts'

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i
const DATE = /^\d{4}-\d{2}(-\d{2})?([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/

/** Reads what stands after the operator. */
export function readValue(reader: TokenReader, operand: Operand, operator: FilterOperator): FilterClause['value'] {
  if (operator === 'IS NULL' || operator === 'IS NOT NULL') return ''
  if (operator === 'IN' || operator === 'NOT IN') return readList(reader)
  const type = operand.attribute?.type ?? (operand.entity === 'metric' ? 'number' : 'text')
  if (type === 'text') return readText(reader, operand)
  return type === 'time' && reader.token.kind === 'quoted' ? readTime(reader) : readNumber(reader, operand)
}

function readText(reader: TokenReader, { entity, attribute }: Operand): string {
  const { token } = reader
  if (isText(token)) return takeText(reader)
  const subject = attribute?.name ?? `a ${entity}`
  const hint =
    token.kind === 'word' ? `Write '${token.text.replaceAll("'", "''")}': ${subject} is compared as text.` : undefined
  throw reader.fault(token, 'a text in quotes', hint)
}

const isText = (token: Token): boolean => token.kind === 'quoted' && token.quote !== '`'

function takeText(reader: TokenReader): string {
  const token = reader.take()
  if (!token.isClosed) throw reader.fault(token, `a closing ${token.quote}`)
  return token.text
}

function readNumber(reader: TokenReader, { entity, attribute }: Operand): number {
  const { token } = reader
  if (token.kind === 'word' && NUMBER.test(token.text)) return Number(reader.take().text)
  const subject = attribute?.name ?? `a ${entity}`
  const isQuoted = token.kind === 'quoted' && NUMBER.test(token.text)
  const hint = isQuoted ? `Write ${token.text} without quotes: ${subject} is a number.` : undefined
  throw reader.fault(token, 'a number such as 0.5 or -1e3', hint)
}

function readTime(reader: TokenReader): number {
  const { token } = reader
  const text = takeText(reader)
  const ms = DATE.test(text) ? Date.parse(inUtc(text)) : Number.NaN
  if (Number.isFinite(ms)) return ms
  throw reader.fault(token, "a date such as '2026-11-22' or '2026-11-22T14:30:00Z', or milliseconds since 1970")
}

/** A time of day without a zone is UTC, as a date without a time is already. */
const inUtc = (text: string): string => {
  const iso = text.replace(' ', 'T')
  return iso.includes('T') && !/(Z|[+-]\d{2}:\d{2})$/.test(iso) ? `${iso}Z` : iso
}

function readList(reader: TokenReader): readonly string[] {
  const expected = "a list of texts such as ('a', 'b')"
  if (!isMark(reader.token, '(')) throw reader.fault(reader.token, expected)
  reader.take()
  const values: string[] = []
  do {
    // A comma may also end the list, as in Python.
    if (values.length > 0 && isMark(reader.token, ')')) break
    if (!isText(reader.token)) throw reader.fault(reader.token, `a text in quotes, in ${expected}`)
    values.push(takeText(reader))
  } while (takeMark(reader, ','))
  if (!takeMark(reader, ')')) throw reader.fault(reader.token, 'a comma or the closing parenthesis of the list')
  return values
}

const isMark = (token: Token, mark: string): boolean => token.kind === 'punctuation' && token.text === mark

function takeMark(reader: TokenReader, mark: string): boolean {
  if (!isMark(reader.token, mark)) return false
  reader.take()
  return true
}
