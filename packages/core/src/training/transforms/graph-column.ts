import { attr, type GraphBuilder, type InputColumn, inputElementType, NULL_INT64 } from '../../onnx/index.ts'

/**
 * A column inside a graph. `text` is STRING, `number` FLOAT with NaN for null, `whole` INT64 with the smallest INT64 for null,
 * `truth` BOOL. The tensor is of shape [rows, 1], or [rows, width] of which this column is one.
 */
export type GraphColumn = {
  readonly value: string
  readonly type: 'text' | 'number' | 'whole' | 'truth'
  readonly place?: { readonly index: number; readonly width: number }
}

const TYPE_OF = { string: 'text', float: 'number', int64: 'whole', bool: 'truth' } as const

/** Declares a raw column as an input of the graph. */
export function inputColumnToOnnx(graph: GraphBuilder, input: InputColumn): GraphColumn {
  const elementType = inputElementType(input)
  return { value: graph.input(input.name, elementType, ['rows', 1]), type: TYPE_OF[elementType] }
}

/** A column as FLOAT [rows, 1], NaN where null. */
export function toFloat(graph: GraphBuilder, column: GraphColumn): string {
  if (column.type === 'number') return toSingle(graph, column)
  const numbers = graph.node('Cast', [column.value], { to: attr.int(1) })
  if (column.type === 'truth') return numbers
  return graph.node('Where', [isNullWhole(graph, column.value), graph.floats(Number.NaN), numbers])
}

/** BOOL [rows, 1]: where an INT64 tensor says null. */
export const isNullWhole = (graph: GraphBuilder, value: string): string =>
  graph.node('Equal', [value, graph.constant({ elementType: 'int64', dims: [], data: BigInt64Array.of(NULL_INT64) })])

/** Columns side by side as FLOAT [rows, columns]: what a learner takes. */
export function toMatrix(graph: GraphBuilder, columns: readonly GraphColumn[]): string {
  const parts: string[] = []
  for (let i = 0; i < columns.length; i++) {
    const column = columns[i]!
    const width = column.place?.width ?? 1
    if (width > 1 && isWhole(columns.slice(i, i + width), column.value)) {
      parts.push(column.value)
      i += width - 1
    } else parts.push(toFloat(graph, column))
  }
  return parts.length === 1 ? parts[0]! : graph.node('Concat', parts, { axis: attr.int(1) })
}

/** Whether columns are all those of one tensor, in its order. */
const isWhole = (columns: readonly GraphColumn[], value: string): boolean =>
  columns.every(({ value: other, place }, index) => other === value && place?.index === index) &&
  columns.length === columns[0]?.place?.width

function toSingle(graph: GraphBuilder, { value, place }: GraphColumn): string {
  if (!place || place.width === 1) return value
  return graph.node('Gather', [value, graph.ints([place.index])], { axis: attr.int(1) })
}
