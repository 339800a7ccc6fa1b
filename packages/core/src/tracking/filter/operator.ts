import type { FilterGrammar, FilterOperator } from './clause.ts'
import type { Operand } from './operand.ts'
import type { TokenReader } from './token-reader.ts'

const TEXT_OPERATORS: readonly FilterOperator[] = ['=', '!=', 'LIKE', 'ILIKE']
const LIST_OPERATORS: readonly FilterOperator[] = ['IN', 'NOT IN']
const NULL_OPERATORS: readonly FilterOperator[] = ['IS NULL', 'IS NOT NULL']
const NUMBER_OPERATORS: readonly FilterOperator[] = ['=', '!=', '>', '>=', '<', '<=']

/** What a metric, param, tag, attribute or field may be compared with. */
export function operatorsOf({ entity, attribute }: Operand, grammar: FilterGrammar): readonly FilterOperator[] {
  if (attribute !== undefined) {
    if (attribute.type !== 'text') return NUMBER_OPERATORS
    return attribute.operators ?? [...TEXT_OPERATORS, ...LIST_OPERATORS]
  }
  if (entity === 'metric') return NUMBER_OPERATORS
  return grammar.hasNullTests === true ? [...TEXT_OPERATORS, ...NULL_OPERATORS] : TEXT_OPERATORS
}

const INSTEAD: Readonly<Record<string, string>> = {
  '==': '=',
  '<>': '!=',
  '=>': '>=',
  '=<': '<=',
  '!': '!=',
  '===': '=',
  '!==': '!=',
}

export function readOperator(reader: TokenReader, operand: Operand, grammar: FilterGrammar): FilterOperator {
  const allowed = operatorsOf(operand, grammar)
  const { from } = reader.token
  const written = takeOperator(reader)
  const found = allowed.find((operator) => operator === written)
  if (found !== undefined) return found
  const span = {
    from,
    until: written === undefined ? reader.token.until : from + writtenLength(reader.text, from, written),
  }
  const instead = written === undefined ? undefined : INSTEAD[written]
  const hint = instead === undefined ? undefined : `Did you mean "${instead}"?`
  throw reader.fault(span, `an operator of ${nameOf(operand)}: ${allowed.join(' ')}`, hint)
}

const nameOf = ({ entity, key, attribute }: Operand): string =>
  attribute === undefined ? `a ${entity}` : `${entity === 'dataset' ? 'datasets.' : ''}${key}`

/** What stands here, in capitals with single spaces; `undefined` (and nothing is taken) where it is no operator at all. */
function takeOperator(reader: TokenReader): string | undefined {
  if (reader.token.kind === 'operator') return reader.take().text
  for (const word of ['LIKE', 'ILIKE', 'IN']) if (reader.takeWord(word)) return word
  if (reader.hasWord('NOT') && isWord(reader, 'IN')) return takeTwo(reader, 'NOT IN')
  if (reader.hasWord('IS') && isWord(reader, 'NULL')) return takeTwo(reader, 'IS NULL')
  if (reader.hasWord('IS') && isWord(reader, 'NOT')) {
    takeTwo(reader, '')
    if (reader.takeWord('NULL')) return 'IS NOT NULL'
    throw reader.fault(reader.token, 'NULL')
  }
  return undefined
}

const isWord = (reader: TokenReader, word: string): boolean =>
  reader.following.kind === 'word' && reader.following.text.toUpperCase() === word

function takeTwo(reader: TokenReader, operator: string): string {
  reader.take()
  reader.take()
  return operator
}

/** Words of an operator may stand far apart; only the first is shown then. */
function writtenLength(text: string, from: number, operator: string): number {
  const same = text.slice(from, from + operator.length).toUpperCase() === operator
  return same ? operator.length : (operator.split(' ')[0] ?? operator).length
}
