import { z } from 'zod'
import { RegiaError } from '../../kernel/index.ts'
import { attr, type GraphBuilder } from '../../onnx/index.ts'
import { getNumericColumn, type NumericColumn, type Table } from '../../table/index.ts'
import { parseParams, parseState } from '../learner.ts'
import { DATE_PARTS, type DatePart, datePart, numberArithmetic, type WholeArithmetic } from './calendar.ts'
import { toFloat32Column } from './float32.ts'
import { type GraphColumn, isNullWhole } from './graph-column.ts'
import type { FittedTransform, Transform, TransformKind } from './transform.ts'

const KIND = 'dateParts'

const paramsSchema = z.strictObject({
  column: z.string(),
  parts: z.array(z.enum(DATE_PARTS)).min(1),
})
type DatePartsState = z.infer<typeof paramsSchema>

/**
 * Parts of a time as numbers, in features such as `date_hour`. The time is read as it stands: a local time kept as UTC gives local hours.
 *
 * @param parts - `year`, `month` (1–12), `day` (1–31), `dayOfYear` (1–366), `weekday` (0 is Monday), `hour`, `minute`, `minuteOfDay`.
 * @throws RegiaError `COLUMN_TYPE` when the column is not a timestamp.
 * @example dateParts('date', ['hour', 'weekday'])
 */
export const dateParts = (column: string, parts: readonly DatePart[]): Transform => createDateParts({ column, parts })

function createDateParts(params: unknown): Transform {
  const parsed = parseParams(KIND, paramsSchema, params)
  return {
    kind: KIND,
    inputs: [parsed.column],
    fit: (table) => {
      getTimes(table, parsed.column)
      return fitted(parsed)
    },
  }
}

function getTimes(table: Table, name: string): NumericColumn {
  const column = getNumericColumn(table, name)
  if (column.type === 'timestamp') return column
  throw new RegiaError('COLUMN_TYPE', `Column "${name}" holds ${column.type}; dateParts needs a timestamp.`, {
    hint: 'Read the column as a timestamp, and put dateParts before transforms that replace it.',
    data: { column: name },
  })
}

const fitted = (state: DatePartsState): FittedTransform => ({
  kind: KIND,
  inputs: [state.column],
  outputs: state.parts.map((part) => `${state.column}_${part}`),
  apply: (table) => {
    const { values } = getTimes(table, state.column)
    return state.parts.map((part) =>
      toFloat32Column(values, (ms) => (Number.isNaN(ms) ? Number.NaN : datePart(part, ms, numberArithmetic))),
    )
  },
  toJson: () => state,
  toOnnx: (graph, [times]) => (times ? partsToOnnx(graph, times, state.parts) : []),
})

function partsToOnnx(graph: GraphBuilder, times: GraphColumn, parts: readonly DatePart[]): GraphColumn[] {
  const isNull = isNullWhole(graph, times.value)
  // The null value would overflow in the calendar's sums.
  const ms = graph.node('Where', [isNull, graph.ints(0), times.value])
  const arithmetic = graphArithmetic(graph)
  return parts.map((part) => {
    const numbers = graph.node('Cast', [datePart(part, ms, arithmetic)], { to: attr.int(1) })
    return { type: 'number', value: graph.node('Where', [isNull, graph.floats(Number.NaN), numbers]) }
  })
}

/** Equal operations are added once, so that parts share the steps they have in common. */
function graphArithmetic(graph: GraphBuilder): WholeArithmetic<string> {
  const done = new Map<string, string>()
  const once = (opType: string, a: string, b: string): string => {
    const key = `${opType} ${a} ${b}`
    const value = done.get(key) ?? graph.node(opType, [a, b])
    done.set(key, value)
    return value
  }
  const modulo = (a: string, divisor: number) => once('Mod', a, graph.ints(divisor))
  return {
    plus: (a, b) => once('Add', a, typeof b === 'number' ? graph.ints(b) : b),
    minus: (a, b) => once('Sub', a, b),
    times: (a, factor) => once('Mul', a, graph.ints(factor)),
    // Div of whole numbers rounds towards 0, Mod has the sign of the divisor.
    over: (a, divisor) => once('Div', once('Sub', a, modulo(a, divisor)), graph.ints(divisor)),
    modulo,
  }
}

export const datePartsKind: TransformKind = {
  kind: KIND,
  title: 'Hour, weekday and other parts of a time',
  params: paramsSchema,
  create: createDateParts,
  fromJson: (json) => fitted(parseState(KIND, paramsSchema, json)),
}
