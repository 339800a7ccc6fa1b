import { RegiaError } from '../../kernel/index.ts'
import { TRACKING_LIMITS } from '../limits.ts'
import type { FilterGrammar, OrderTerm } from './clause.ts'
import { attributeNames, type Operand, readOperand } from './operand.ts'
import { TokenReader } from './token-reader.ts'

/**
 * Reads an order: fields, the first counts most; each `key`, `key ASC` or `key DESC`, ascending where nothing is said.
 *
 * @param texts - One field each.
 * @param grammar - What may be asked: {@link RUN_GRAMMAR} or another.
 * @throws RegiaError `INVALID_INPUT` for a text that is no order, or a field that comes twice; `where` is `orderBy.0:9`.
 * @example parseOrder(['metrics.rmse', 'started DESC'], RUN_GRAMMAR)
 */
export function parseOrder(texts: readonly string[], grammar: FilterGrammar): readonly OrderTerm[] {
  assertBounded(texts)
  const terms: OrderTerm[] = []
  for (const [index, text] of texts.entries()) {
    const reader = new TokenReader(text, `orderBy.${index}`)
    const operand = readOperand(reader, grammar)
    const { entity, key } = operand
    if (entity === 'dataset' || operand.attribute?.isSortable === false) throw notSortable(reader, operand, grammar)
    if (terms.some((term) => term.entity === entity && term.key === key)) {
      throw reader.fault(operand, 'a field that the order does not have yet')
    }
    terms.push({ entity, key, isDescending: readDirection(reader) })
  }
  return terms
}

function assertBounded(texts: readonly string[]): void {
  if (texts.length <= TRACKING_LIMITS.orderFields) return
  throw new RegiaError('INVALID_INPUT', `The order has ${texts.length} fields.`, {
    where: 'orderBy',
    hint: `Order by at most ${TRACKING_LIMITS.orderFields}; the first count most.`,
  })
}

function readDirection(reader: TokenReader): boolean {
  const isDescending = reader.takeWord('DESC')
  if (!isDescending) reader.takeWord('ASC')
  if (reader.isAtEnd) return isDescending
  throw reader.fault(reader.token, 'ASC, DESC or the end', 'Each field is an entry of its own.')
}

function notSortable(reader: TokenReader, operand: Operand, grammar: FilterGrammar) {
  const names = attributeNames(grammar, true)
  return reader.fault(
    operand,
    `a field by which ${grammar.subject} are ordered: ${names.join(', ')}, or a metric, param or tag`,
  )
}
