import { TRACKING_LIMITS } from '../limits.ts'
import type { FilterClause, FilterGrammar } from './clause.ts'
import { readOperand } from './operand.ts'
import { readOperator } from './operator.ts'
import { TokenReader } from './token-reader.ts'
import { readValue } from './value.ts'

/**
 * Reads a filter: conditions joined by AND, all of which must hold. It is the language of MLflow's searches, with keys in backticks or double quotes and
 * texts in single or double quotes (a quote inside is doubled).
 *
 * @param text - At most some thousand characters; none, or only spaces, is the filter without conditions. Time is linear in its length.
 * @param grammar - What may be asked: {@link RUN_GRAMMAR} or another.
 * @returns The conditions in their order, each with its place in the text.
 * @throws RegiaError `INVALID_INPUT` that names the token, its column (`where`: `filter:17`), and what would be right there.
 * @see https://mlflow.org/docs/latest/search-runs.html
 * @example parseFilter("metrics.rmse < 1 AND params.depth = '3'", RUN_GRAMMAR)
 */
export function parseFilter(text: string, grammar: FilterGrammar): readonly FilterClause[] {
  const reader = new TokenReader(text, 'filter')
  const clauses: FilterClause[] = []
  if (reader.isAtEnd) return clauses
  for (;;) {
    clauses.push(readClause(reader, grammar))
    assertBounded(reader, clauses)
    if (reader.isAtEnd) return clauses
    if (!reader.takeWord('AND')) throw reader.fault(reader.token, 'AND or the end of the filter', joinHint(reader))
  }
}

function assertBounded(reader: TokenReader, clauses: readonly FilterClause[]): void {
  const { filterConditions, filterListTexts } = TRACKING_LIMITS
  const last = clauses.at(-1)
  if (last === undefined) return
  if (clauses.length > filterConditions) {
    throw reader.fault(last, 'the end of the filter', `A filter has at most ${filterConditions} conditions.`)
  }
  if (typeof last.value !== 'object') return
  const count = clauses.reduce((sum, { value }) => sum + (typeof value === 'object' ? value.length : 0), 0)
  if (count <= filterListTexts) return
  throw reader.fault(last, 'a shorter list', `The lists of a filter have at most ${filterListTexts} texts in all.`)
}

function readClause(reader: TokenReader, grammar: FilterGrammar): FilterClause {
  if (reader.token.kind === 'punctuation' || (reader.hasWord('NOT') && reader.following.kind !== 'operator')) {
    throw reader.fault(
      reader.token,
      'a condition',
      'Conditions stand side by side, joined by AND; there is no NOT and no parentheses.',
    )
  }
  const operand = readOperand(reader, grammar)
  const operator = readOperator(reader, operand, grammar)
  const value = readValue(reader, operand, operator)
  return { entity: operand.entity, key: operand.key, operator, value, from: operand.from, until: reader.taken.until }
}

function joinHint(reader: TokenReader): string | undefined {
  if (reader.hasWord('OR'))
    return 'Only AND joins conditions; for one of several texts use IN on an attribute, or search twice.'
  return undefined
}
