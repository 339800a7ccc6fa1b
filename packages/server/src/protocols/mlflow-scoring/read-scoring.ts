import { type Cell, RegiaError, type Row, type Signature, type SignatureTensor } from '@regia/core'
import { csvRows } from '../../http/csv/index.ts'
import { isOfType } from '../../http/media-preference.ts'
import { replaceNumberNames } from '../../http/number-names.ts'
import { parseJson, type WireRequest } from '../../http/wire-message.ts'

const MAX_ROWS = 10_000
const FORMS = ['dataframe_split', 'dataframe_records', 'instances', 'inputs'] as const
type Form = (typeof FORMS)[number]
type JsonRecord = { readonly [key: string]: unknown }

/**
 * The rows of a request to MLflow's scoring server: `dataframe_split`, `dataframe_records`, `instances`, `inputs`, or CSV. As there, columns
 * that the model has no input for are left out, and NaN is taken, which stands for a missing value.
 *
 * @throws RegiaError `INVALID_INPUT`, and for CSV `COLUMN_MISSING`, `COLUMN_TYPE`.
 * @see https://mlflow.org/docs/latest/ml/deployment/deploy-model-locally/#input-format
 */
export function readScoring({ headers, body }: WireRequest, signature: Signature): readonly Row[] {
  const type = headers['content-type']
  if (isOfType(type, 'text/csv')) return csvRows(body, signature, { maxRows: MAX_ROWS, ignoresOthers: true })
  if (!isOfType(type, 'application/json')) throw otherType(type)
  const { form, data } = formOf(readJson(body))
  const rows = READERS[form](data, form, signature)
  if (rows.length >= 1 && rows.length <= MAX_ROWS) return knownColumns(withColumns(rows, signature, form), signature)
  throw invalid(form, `"${form}" has ${rows.length} rows; a request takes 1 to ${MAX_ROWS}.`)
}

/** Python writes a missing number as NaN, which is no JSON. */
function readJson(body: Uint8Array): unknown {
  try {
    return parseJson(body)
  } catch (error) {
    const text = Buffer.from(body).toString('utf8')
    if (!/NaN|Infinity/.test(text)) throw error
    return parseJson(Buffer.from(replaceNumberNames(text, 'null')))
  }
}

function formOf(body: unknown): { readonly form: Form; readonly data: unknown } {
  if (!isRecord(body)) throw invalid('body', `The body must be an object with one of ${FORMS.join(', ')}.`)
  const { params, ...forms } = body
  const given = FORMS.filter((form) => form in forms)
  const [form] = given
  if (form === undefined || given.length > 1) {
    const got = given.length > 1 ? given.join(' and ') : Object.keys(body).slice(0, 10).join(', ') || 'nothing'
    throw invalid('body', `The body must have one of ${FORMS.join(', ')}; it has ${got.slice(0, 200)}.`)
  }
  if (params !== undefined && params !== null && !(isRecord(params) && Object.keys(params).length === 0)) {
    throw invalid('params', 'The model takes no "params".')
  }
  return { form, data: forms[form] }
}

type ReadForm = (data: unknown, where: Form, signature: Signature) => readonly JsonRecord[]

const records: ReadForm = (data, where) => {
  if (!Array.isArray(data)) throw invalid(where, `"${where}" must be a list of rows.`)
  return data.map((row: unknown, i) => {
    if (isRecord(row)) return row
    throw invalid(`${where}[${i}]`, `Row ${i} of "${where}" must be an object of column names and values.`)
  })
}

/** `{columns, data}`; the index of a pandas table is of no account. */
const split: ReadForm = (data, where) => {
  if (!isRecord(data)) throw invalid(where, `"${where}" must be an object with "columns" and "data".`)
  const { columns, data: rows } = data
  if (!isTexts(columns)) throw invalid(`${where}.columns`, `"${where}.columns" must be a list of names.`)
  return byPlace(rows, columns, `${where}.data`)
}

/** A list of rows or a table of columns: names and their values, one for each row or one for all. */
const rowsOrColumns: ReadForm = (data, where, signature) => {
  if (isRecord(data)) return fromColumns(data, where)
  if (!Array.isArray(data)) throw invalid(where, `"${where}" must be a list of rows or an object of columns.`)
  if (data.some(isRecord)) return records(data, where, signature)
  const [tensor, ...others] = signature.tensors ?? []
  const names = tensor && others.length === 0 ? tensor.columns : signature.inputs.map(({ name }) => name)
  const isFlat = names.length === 1 && !data.some(Array.isArray)
  return byPlace(isFlat ? data.map((value: unknown) => [value]) : data, names, where)
}

const READERS: Readonly<Record<Form, ReadForm>> = {
  dataframe_split: split,
  dataframe_records: records,
  instances: rowsOrColumns,
  inputs: rowsOrColumns,
}

function byPlace(rows: unknown, names: readonly string[], where: string): readonly JsonRecord[] {
  if (!Array.isArray(rows)) throw invalid(where, `"${where}" must be a list of rows.`)
  return rows.map((row: unknown, i) => {
    if (Array.isArray(row) && row.length === names.length) {
      return Object.fromEntries(names.map((name, place) => [name, row[place]]))
    }
    const got = Array.isArray(row) ? `${row.length} values` : 'no list'
    throw invalid(`${where}[${i}]`, `Row ${i} of "${where}" is ${got}; expected ${names.length}: ${names.join(', ')}.`)
  })
}

function fromColumns(data: JsonRecord, where: string): readonly JsonRecord[] {
  const columns = Object.entries(data).map(
    ([name, values]) => [name, Array.isArray(values) ? values.map(inner) : [values]] as const,
  )
  const rowCount = columns[0]?.[1].length ?? 0
  const odd = columns.find(([, values]) => values.length !== rowCount)
  if (odd) {
    const [name, values] = odd
    const text = `Column "${name.slice(0, 100)}" has ${values.length} values, but "${columns[0]![0].slice(0, 100)}" has ${rowCount}.`
    throw invalid(where, text)
  }
  return Array.from({ length: rowCount }, (_, i) =>
    Object.fromEntries(columns.map(([name, values]) => [name, values[i]])),
  )
}

/** A column of shape [n, 1] is one of n values. */
const inner = (value: unknown): unknown => (Array.isArray(value) && value.length === 1 ? value[0] : value)

/** A tensor that the model's graph had is a list of its columns' values in each row. */
function withColumns(
  rows: readonly JsonRecord[],
  { inputs, tensors = [] }: Signature,
  where: string,
): readonly JsonRecord[] {
  const known = new Set(inputs.map(({ name }) => name))
  const wide = tensors.filter(({ name, columns }) => columns.length > 1 || !known.has(name))
  const given = wide.filter(({ name }) => rows.some((row) => Object.hasOwn(row, name)))
  return given.reduce((so, tensor) => so.map((row, i) => spread(row, tensor, `${where}[${i}]`)), rows)
}

function spread(row: JsonRecord, { name, columns }: SignatureTensor, where: string): JsonRecord {
  const { [name]: value, ...rest } = row
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (values.length !== columns.length) {
    const got = Array.isArray(value) ? `${values.length} values` : 'no list'
    throw invalid(where, `"${name}" is ${got} in ${where}; expected ${columns.length}: ${columns.join(', ')}.`)
  }
  const twice = columns.find((column) => Object.hasOwn(rest, column))
  if (twice !== undefined) throw invalid(where, `Column "${twice}" came by itself and in "${name}".`)
  return { ...rest, ...Object.fromEntries(columns.map((column, place) => [column, values[place]])) }
}

/** Whether a cell is one is for the signature to judge. */
const knownColumns = (rows: readonly JsonRecord[], { inputs }: Signature): readonly Row[] =>
  rows.map((row) => {
    const known: Record<string, Cell> = {}
    for (const { name } of inputs) if (Object.hasOwn(row, name)) known[name] = row[name] as Cell
    return known
  })

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((name) => typeof name === 'string')

const isRecord = (value: unknown): value is JsonRecord =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (where: string, message: string): RegiaError =>
  new RegiaError('INVALID_INPUT', message, {
    where,
    hint: 'Example: {"dataframe_split": {"columns": ["distance"], "data": [[500]]}}.',
  })

const otherType = (type: string | undefined): RegiaError =>
  new RegiaError('INVALID_INPUT', `The body is of type ${type === undefined ? 'none' : `"${type.slice(0, 100)}"`}.`, {
    where: 'header content-type',
    hint: 'Send application/json or text/csv.',
  })
