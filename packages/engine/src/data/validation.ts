import { type ColumnRule, type ColumnType, RegiaError, type TableSchema } from '@regia/core'
import { columnTypeOf, type TypedColumn, typedColumns } from './column-types.ts'
import type { IngestSource } from './ingest-source.ts'
import { namesHint } from './near-miss.ts'
import { canFail, type ParseContext, parseSql, typesThatBecome } from './parse-sql.ts'
import { sqlText } from './sql.ts'

/** A rule in SQL over raw (`r0`) and parsed (`v0`) columns. */
export type RowRule = {
  /** True where a row breaks it. */
  readonly condition: string
  /** What is wrong, without the value: rows are counted under it. */
  readonly text: string
  /** SQL of what is wrong with the row's own value. */
  readonly reason: string
}

export type Validation = {
  /** Columns as they will be kept. */
  readonly columns: readonly TypedColumn[]
  readonly rules: readonly RowRule[]
  /** The source with its parsed columns and `rule`: 0, or the place (from 1) of the first rule that the row breaks. */
  readonly select: string
}

/**
 * Turns a schema into one SELECT that parses and judges every row.
 *
 * @throws RegiaError `COLUMN_MISSING`, `COLUMN_UNKNOWN`, `COLUMN_TYPE` when the file cannot fulfil the schema whatever its rows are;
 *   `INVALID_INPUT` when the schema asks for what its own types rule out.
 */
export function planValidation(source: IngestSource, schema: TableSchema | undefined, where: string): Validation {
  const ruleOf = new Map((schema?.columns ?? []).map((rule) => [rule.name, rule]))
  assertColumns(source, schema, where)
  const columns = source.columns.map((column) => {
    const rule = ruleOf.get(column.name)
    return rule ? { ...column, type: rule.type } : typedColumns([column], where)[0]!
  })
  const contexts = columns.map((column, i) => contextOf(source, column, i, where))
  const rules = [
    { condition: 'fault IS NOT NULL', text: 'line is not a JSON object', reason: 'fault' },
    ...columns.flatMap((column, i) => columnRules(column, contexts[i]!, ruleOf.get(column.name))),
  ]
  const stages = contexts.map(parseSql)
  const parsed = stages.map((stage, i) => `${stage.parsed} AS p${i}`)
  const values = stages.map((stage, i) => `${stage.value} AS v${i}`)
  const cases = rules.map(({ condition }, i) => `WHEN ${condition} THEN ${i + 1}`)
  return {
    columns,
    rules,
    select: `SELECT *, CASE ${cases.join(' ')} ELSE 0 END AS rule
      FROM (SELECT *, ${values.join(', ')} FROM (SELECT *, ${parsed.join(', ')} FROM (${source.select})))`,
  }
}

function assertColumns(source: IngestSource, schema: TableSchema | undefined, where: string): void {
  const names = source.columns.map(({ name }) => name)
  const expected = (schema?.columns ?? []).map(({ name }) => name)
  const twice = expected.find((name, i) => expected.indexOf(name) !== i)
  if (twice !== undefined) throw new RegiaError('INVALID_INPUT', `The schema names column "${twice}" twice.`)
  const missing = expected.find((name) => !names.includes(name))
  if (missing !== undefined) {
    throw new RegiaError('COLUMN_MISSING', `The file has no column "${missing}", which its schema names.`, {
      where,
      hint: namesHint(missing, names),
      data: { column: missing },
    })
  }
  const unknown = schema?.strict ? names.find((name) => !expected.includes(name)) : undefined
  if (unknown !== undefined) {
    throw new RegiaError(
      'COLUMN_UNKNOWN',
      `The file has a column "${unknown}", which its strict schema does not name.`,
      {
        where,
        hint: namesHint(unknown, expected),
        data: { column: unknown },
      },
    )
  }
}

function contextOf(source: IngestSource, column: TypedColumn, place: number, where: string): ParseContext {
  const from: ColumnType | undefined = source.isText ? 'string' : columnTypeOf(column.sqlType)
  if (from && typesThatBecome(column.type).includes(from)) {
    const { nullTexts, timeFormats } = source
    return { raw: `r${place}`, from, to: column.type, nullTexts, timeFormats }
  }
  throw new RegiaError(
    'COLUMN_TYPE',
    `Column "${column.name}" holds ${from ?? column.sqlType}; its schema says ${column.type}.`,
    { where, hint: 'Correct the type in the schema, or convert the column first.', data: { column: column.name } },
  )
}

function columnRules(column: TypedColumn, context: ParseContext, rule: ColumnRule | undefined): readonly RowRule[] {
  const place = context.raw.slice(1)
  const value = `v${place}`
  const { name } = column
  const shown = `${sqlText(`${name} `)} || left(CAST(r${place} AS VARCHAR), 100)`
  const breaks = (condition: string, complaint: string): RowRule => ({
    condition,
    text: `${name} ${complaint}`,
    reason: `${shown} || ${sqlText(` ${complaint}`)}`,
  })
  const rules: RowRule[] = []
  // A CASE looks at the text only of rows without a value; the rule after it finds no others left.
  if (canFail(context)) {
    const condition = `CASE WHEN ${value} IS NULL THEN NOT ${absentSql(context)} ELSE false END`
    rules.push(breaks(condition, `is not ${EXPECTED[column.type]}`))
  }
  if (!rule) return rules
  if (!rule.nullable) {
    rules.push({ condition: `${value} IS NULL`, text: `${name} is null`, reason: sqlText(`${name} is null`) })
  }
  return [...rules, ...boundRules(rule, value, breaks), ...textRules(rule, value, breaks)]
}

type Breaks = (condition: string, complaint: string) => RowRule

function boundRules({ name, type, minimum, maximum }: ColumnRule, value: string, breaks: Breaks): readonly RowRule[] {
  if (minimum === undefined && maximum === undefined) return []
  if (type === 'string' || type === 'bool') {
    throw new RegiaError('INVALID_INPUT', `The schema bounds column "${name}", which holds ${type}.`, {
      where: name,
      hint: 'Bound numbers and times only; for text use oneOf or pattern.',
    })
  }
  const number = type === 'timestamp' ? `epoch_ms(${value})` : value
  const shown = (bound: number) => (type === 'timestamp' ? new Date(bound).toISOString() : String(bound))
  return [
    ...(minimum === undefined ? [] : [breaks(`${number} < ${sqlNumber(minimum)}`, `is below ${shown(minimum)}`)]),
    ...(maximum === undefined ? [] : [breaks(`${number} > ${sqlNumber(maximum)}`, `is above ${shown(maximum)}`)]),
  ]
}

function textRules({ oneOf, pattern }: ColumnRule, value: string, breaks: Breaks): readonly RowRule[] {
  const text = `CAST(${value} AS VARCHAR)`
  const allowed = oneOf?.map(sqlText).join(', ')
  const shown = oneOf && (oneOf.length <= 5 ? oneOf.join(', ') : `the ${oneOf.length} allowed values`)
  return [
    ...(allowed === undefined ? [] : [breaks(`${text} NOT IN (${allowed || `''`})`, `is not one of ${shown}`)]),
    ...(pattern === undefined
      ? []
      : [breaks(`NOT regexp_matches(${text}, ${sqlText(pattern)})`, `does not match ${pattern}`)]),
  ]
}

/** SQL that is true where the row has no value, as opposed to one that does not parse. */
function absentSql({ raw, from, to, nullTexts }: ParseContext): string {
  if (from === 'float') return `(${raw} IS NULL OR isnan(CAST(${raw} AS DOUBLE)))`
  if (from !== 'string' || nullTexts.length === 0) return `(${raw} IS NULL)`
  const texts = to === 'string' ? [''] : nullTexts
  return `(${raw} IS NULL OR trim(${raw}) IN (${texts.map(sqlText).join(', ')}))`
}

const sqlNumber = (value: number): string => `CAST(${sqlText(String(value))} AS DOUBLE)`

const EXPECTED: Readonly<Record<ColumnType, string>> = {
  float: 'a finite number',
  int: 'a whole number up to 2^53',
  bool: 'true or false',
  string: 'text',
  timestamp: 'a date or time',
}
