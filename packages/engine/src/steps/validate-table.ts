import { type ColumnRule, RegiaError, type TableSchema } from '@regia/core'
import type { StepData } from './step-data.ts'
import type { TableHandle } from './step-definition.ts'

type BrokenRule = { readonly condition: string; readonly text: string }

/**
 * Compares a table that a step made with the schema of its port: columns, types, and every row's rules.
 *
 * @throws RegiaError `STEP_OUTPUT_INVALID` naming columns or rules, with how many rows break each.
 */
export async function validateTable(
  handle: TableHandle,
  schema: TableSchema,
  where: string,
  data: StepData,
): Promise<void> {
  const complaints = columnComplaints(handle, schema)
  if (complaints.length > 0) throw invalid(complaints, where)
  const rules = schema.columns.flatMap(rulesOf)
  if (rules.length === 0 || handle.rowCount === 0) return
  const counts = rules.map(({ condition }, i) => `count(*) FILTER (WHERE ${condition}) AS r${i}`)
  const [row] = await data.rows(`SELECT ${counts.join(', ')} FROM t`, handle.path)
  const broken = rules.flatMap(({ text }, i) => {
    const count = Number(row?.[`r${i}`] ?? 0)
    return count > 0 ? [`${text} in ${count} of ${handle.rowCount} rows`] : []
  })
  if (broken.length > 0) throw invalid(broken, where)
}

function columnComplaints({ columns }: TableHandle, schema: TableSchema): string[] {
  const typeOf = new Map(columns.map(({ name, type }) => [name, type]))
  const wrong = schema.columns.flatMap(({ name, type }) => {
    const got = typeOf.get(name)
    if (got === type || (got === 'int' && type === 'float')) return []
    return [got === undefined ? `column "${name}" is missing` : `column "${name}" is ${got}, not ${type}`]
  })
  const named = new Set(schema.columns.map(({ name }) => name))
  const extra = schema.strict ? columns.filter(({ name }) => !named.has(name)) : []
  return [...wrong, ...extra.map(({ name }) => `column "${name}" is not in the strict schema`)]
}

function rulesOf(rule: ColumnRule): BrokenRule[] {
  const { name, type, minimum, maximum, oneOf, pattern, nullable } = rule
  const column = `"${name.replaceAll('"', '""')}"`
  const number = type === 'timestamp' ? `epoch_ms(${column})` : column
  const text = (value: string) => `'${value.replaceAll("'", "''")}'`
  const rules: BrokenRule[] = []
  const add = (condition: string, complaint: string) => rules.push({ condition, text: `"${name}" ${complaint}` })
  if (!nullable) add(`${column} IS NULL`, 'is null')
  if (minimum !== undefined) add(`${number} < ${minimum}`, `is below ${minimum}`)
  if (maximum !== undefined) add(`${number} > ${maximum}`, `is above ${maximum}`)
  if (oneOf) add(`CAST(${column} AS VARCHAR) NOT IN (${oneOf.map(text).join(', ') || "''"})`, 'is not an allowed value')
  if (pattern !== undefined) add(`NOT regexp_matches(${column}, ${text(pattern)})`, `does not match ${pattern}`)
  return rules
}

const invalid = (complaints: readonly string[], where: string) =>
  new RegiaError('STEP_OUTPUT_INVALID', `A table does not fit its schema: ${complaints.slice(0, 5).join('; ')}.`, {
    where,
    hint: 'Mend the rows inside the step, or change the schema of its output.',
    data: { complaints },
  })
