import { z } from 'zod'
import { RegiaError } from '../../kernel/index.ts'
import { attr, type GraphBuilder, ML_DOMAIN } from '../../onnx/index.ts'
import { type Column, getColumn, type NumericColumn, stringColumn } from '../../table/index.ts'
import { parseParams, parseState } from '../learner.ts'
import { compareKeys, countCategories } from './categories.ts'
import { toFloat32Column } from './float32.ts'
import { type GraphColumn, toFloat } from './graph-column.ts'
import type { FittedTransform, Transform, TransformKind } from './transform.ts'

const KIND = 'impute'

const paramsSchema = z
  .strictObject({
    columns: z.array(z.string()).min(1),
    strategy: z.enum(['mean', 'median', 'mostFrequent', 'constant']).default('median'),
    /** For `constant`. */
    value: z.union([z.number(), z.string().min(1)]).optional(),
  })
  .refine(({ strategy, value }) => (strategy === 'constant') === (value !== undefined), {
    path: ['value'],
    message: `give a value with strategy 'constant', and only then`,
  })
type ImputeParams = z.infer<typeof paramsSchema>
export type ImputeOptions = Omit<Partial<ImputeParams>, 'columns'>

const stateSchema = z.object({
  columns: z.array(z.object({ name: z.string(), fill: z.union([z.number(), z.string()]) })),
})
type ImputeState = z.infer<typeof stateSchema>

/**
 * Fills what is missing. Numbers take any strategy (a column without any value is filled with 0), text takes `mostFrequent` and
 * `constant`; filled text is still text and needs {@link oneHot} or {@link ordinal} after it.
 *
 * Gradient-boosted trees learn where missing values go and usually do better without.
 *
 * @param options - `strategy`: `median` (default), `mean`, `mostFrequent`, or `constant` with a `value`.
 * @throws RegiaError `COLUMN_TYPE` when the strategy does not fit the column.
 * @example impute(['age'], { strategy: 'mean' })
 */
export const impute = (columns: readonly string[], options: ImputeOptions = {}): Transform =>
  createImpute({ columns, ...options })

function createImpute(params: unknown): Transform {
  const parsed = parseParams(KIND, paramsSchema, params)
  return {
    kind: KIND,
    inputs: parsed.columns,
    fit: (table) =>
      fitted({ columns: parsed.columns.map((name) => ({ name, fill: fillOf(getColumn(table, name), name, parsed) })) }),
  }
}

function fillOf(column: Column, name: string, { strategy, value }: ImputeParams): number | string {
  const isText = column.type === 'string'
  const fill = value ?? (strategy === 'mostFrequent' ? mostFrequent(column) : undefined)
  if (isText && typeof fill === 'string') return fill
  if (!isText && strategy === 'mean') return Math.fround(mean(column))
  if (!isText && strategy === 'median') return Math.fround(median(column))
  if (!isText && typeof fill === 'number') return Math.fround(fill)
  throw new RegiaError('COLUMN_TYPE', `Column "${name}" holds ${column.type}, which ${strategy} cannot fill with.`, {
    hint: isText
      ? `Use strategy 'mostFrequent', or 'constant' with a text.`
      : `Use strategy 'median', or 'constant' with a number.`,
    data: { column: name },
  })
}

const finite = ({ values }: NumericColumn): Float64Array => values.filter((value) => Number.isFinite(value))

function mean(column: NumericColumn): number {
  const values = finite(column)
  return values.reduce((sum, value) => sum + value, 0) / Math.max(values.length, 1)
}

function median(column: NumericColumn): number {
  const sorted = finite(column).sort()
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2
}

function mostFrequent(column: Column): number | string {
  const counts = [...countCategories(column)].sort(([a, x], [b, y]) => y.rowCount - x.rowCount || compareKeys(a, b))
  return counts[0]?.[0] ?? (column.type === 'string' ? 'missing' : 0)
}

function fitted(state: ImputeState): FittedTransform {
  const names = state.columns.map(({ name }) => name)
  return {
    kind: KIND,
    inputs: names,
    outputs: names,
    apply: (table) => state.columns.map(({ name, fill }) => fillColumn(getColumn(table, name), name, fill)),
    toJson: () => state,
    toOnnx: (graph, inputs) => state.columns.map(({ fill }, i) => fillToOnnx(graph, inputs[i]!, fill)),
  }
}

function fillColumn(column: Column, name: string, fill: number | string): Column {
  if (column.type === 'string' && typeof fill === 'string') {
    return stringColumn(Array.from(column.codes, (code) => column.categories[code] || fill))
  }
  if (column.type !== 'string' && typeof fill === 'number') {
    return toFloat32Column(column.values, (value) => (Number.isNaN(value) ? fill : Math.fround(value)))
  }
  throw new RegiaError('COLUMN_TYPE', `Column "${name}" holds ${column.type}, but was trained otherwise.`, {
    hint: `Give it ${typeof fill === 'string' ? 'text' : 'numbers'}.`,
    data: { column: name },
  })
}

function fillToOnnx(graph: GraphBuilder, column: GraphColumn, fill: number | string): GraphColumn {
  if (typeof fill === 'number') {
    const value = toFloat(graph, column)
    return { type: 'number', value: graph.node('Where', [graph.node('IsNaN', [value]), graph.floats(fill), value]) }
  }
  // Text cannot be compared in operator set 17; an encoder says where it is empty.
  const encoded = { keys_strings: attr.strings(['']), values_floats: attr.floats([1]), default_float: attr.float(0) }
  const isEmpty = graph.node('Cast', [graph.node('LabelEncoder', [column.value], encoded, { domain: ML_DOMAIN })], {
    to: attr.int(9),
  })
  const filling = graph.constant({ elementType: 'string', dims: [], data: [fill] })
  return { type: 'text', value: graph.node('Where', [isEmpty, filling, column.value]) }
}

export const imputeKind: TransformKind = {
  kind: KIND,
  title: 'Fill what is missing',
  params: paramsSchema,
  create: createImpute,
  fromJson: (json) => fitted(parseState(KIND, stateSchema, json)),
}
