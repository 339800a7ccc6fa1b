import { type ColumnType, type ImportSignature, RegiaError, type Row, type SignatureColumn } from '@regia/core'
import type { ForeignGraph, ForeignTensor } from '../foreign-graph.ts'

/** What people said of the columns: their names, and an example. */
export type SaidOfColumns = {
  readonly columns?: ImportSignature['columns']
  readonly target: string
  readonly example?: readonly Row[] | undefined
}

type Named = {
  readonly name: string
  readonly type?: ColumnType | undefined
  readonly nullable?: boolean | undefined
  readonly description?: string | undefined
}
type Slot = { readonly input: ForeignTensor; readonly name: string }

/**
 * The raw columns of a graph: one for each number of a row, in its order. Named by whoever imports it, else by an example with as many columns, else after
 * the graph's own inputs, or `f0`, `f1`, … where one tensor holds them all.
 *
 * @throws RegiaError `MODEL_INVALID` where nothing says how many there are, or an input is no row of numbers, texts or booleans.
 */
export function columnsOfGraph({ inputs }: ForeignGraph, said: SaidOfColumns): readonly SignatureColumn[] {
  if (inputs.length === 0) throw unfit('it takes no input')
  const named = said.columns?.map((column) => (typeof column === 'string' ? { name: column } : column))
  const slots = slotsOf(inputs, named?.length ?? namesInExample(said)?.length)
  const byGraph = slots.map(({ name }) => ({ name }))
  const chosen: readonly Named[] =
    named ?? (isNamedAfterGraph(inputs, said) ? byGraph : namesInExample(said, slots.length)) ?? byGraph
  return chosen.map((column, i) => {
    const input = inputs.find(({ name }) => inputs.length === chosen.length && name === column.name) ?? slots[i]?.input
    const cells = (said.example ?? []).map((row) => row[column.name])
    const { name, description } = column
    return {
      name,
      type: column.type ?? typeOf(input, cells),
      nullable: column.nullable ?? cells.some((cell) => cell === null),
      ...(description !== undefined && { description }),
    }
  })
}

/** Whether the example speaks of the inputs by their own names. */
const isNamedAfterGraph = (inputs: readonly ForeignTensor[], { example }: SaidOfColumns): boolean =>
  example?.[0] === undefined || inputs.every(({ name }) => Object.hasOwn(example[0] ?? {}, name))

function namesInExample({ example, target }: SaidOfColumns, count?: number) {
  const names = Object.keys(example?.[0] ?? {})
  const rest = count === names.length ? names : names.filter((name) => name !== target)
  return rest.length === 0 || (count !== undefined && rest.length !== count)
    ? undefined
    : rest.map((name) => ({ name }))
}

/** One for each number that the graph takes of a row. `count` tells what the last input leaves open. */
function slotsOf(inputs: readonly ForeignTensor[], count: number | undefined): readonly Slot[] {
  let taken = 0
  return inputs.flatMap((input, i) => {
    const width = widthOf(input) ?? (i === inputs.length - 1 && count !== undefined ? count - taken : undefined)
    if (width === undefined || width < 1) throw unknownWidth(input)
    taken += width
    if (width === 1) return [{ input, name: input.name }]
    const prefix = inputs.length === 1 ? 'f' : `${input.name}_`
    return Array.from({ length: width }, (_, k) => ({ input, name: `${prefix}${k}` }))
  })
}

function widthOf({ name, shape, elementType }: ForeignTensor): number | undefined {
  if (elementType === 'other') throw unfit(`its input "${name}" is no tensor of numbers, texts or booleans`)
  if (!shape) return undefined
  if (shape.length > 2) throw unfit(`its input "${name}" has ${shape.length} dimensions; a row has one`)
  if (shape.length < 2) return 1
  const width = shape[1] ?? -1
  return width < 1 ? undefined : width
}

/** The graph's own type counts: a column that happens to hold whole numbers may hold others tomorrow. */
function typeOf(input: ForeignTensor | undefined, cells: readonly unknown[]): ColumnType {
  const elementType = input?.elementType ?? 'float'
  if (elementType === 'string') return 'string'
  const known = cells.filter((cell) => cell !== null && cell !== undefined)
  if (elementType === 'bool' || (known.length > 0 && known.every((cell) => typeof cell === 'boolean'))) return 'bool'
  return /^u?int/.test(elementType) ? 'int' : 'float'
}

const unknownWidth = ({ name }: ForeignTensor): RegiaError =>
  unfit(
    `nothing says how many columns its input "${name}" has`,
    'Name them: --columns a,b,c, or give rows: --example rows.json.',
  )

const unfit = (
  fault: string,
  hint = 'Regia serves rows with columns of numbers, texts and booleans. Pictures, series and texts of many words go to a server made for them.',
): RegiaError => new RegiaError('MODEL_INVALID', `The ONNX file cannot be imported: ${fault}.`, { hint })
