import { type ColumnType, RegiaError } from '@regia/core'
import type { ForeignTensor } from '../foreign-graph.ts'
import type { MlmodelField } from './mlmodel.ts'

export type NamedColumn = { readonly name: string; readonly type: ColumnType; readonly nullable: boolean }

const COLUMN_TYPES: Readonly<Record<string, ColumnType>> = {
  boolean: 'bool',
  integer: 'int',
  long: 'int',
  float: 'float',
  double: 'float',
  string: 'string',
}

/**
 * The raw columns of a logged model, in the order in which its graph takes them: those of its signature, or one for each number of its tensors.
 *
 * @throws RegiaError `MODEL_INVALID` for what does not fit into rows: pictures, lists, dates.
 */
export function columnsOfMlmodel(
  fields: readonly MlmodelField[] | undefined,
  inputs: readonly ForeignTensor[],
): readonly NamedColumn[] {
  if (!fields || fields.length === 0) return inputs.flatMap((input) => columnsOfTensor(input, input, undefined))
  return fields.flatMap((field, i) => {
    const input = inputs.find(({ name }) => name === field.name) ?? inputs[Math.min(i, inputs.length - 1)]
    if (field.kind === 'column') return [columnOf(field, input, i)]
    return columnsOfTensor({ name: field.name ?? input?.name ?? 'x', shape: field.shape }, input, fields.length)
  })
}

function columnOf(field: Extract<MlmodelField, { kind: 'column' }>, input: ForeignTensor | undefined, i: number) {
  const type = COLUMN_TYPES[field.type]
  if (type) return { name: field.name ?? `${input?.name ?? 'x'}_${i}`, type, nullable: !field.isRequired }
  throw unfit(`its input "${field.name ?? i}" is of the type "${field.type}"`)
}

type Shaped = { readonly name: string; readonly shape: readonly number[] | undefined }

/** A tensor of one number a row is a column of its name; one of more has a column for each. */
function columnsOfTensor(tensor: Shaped, input: ForeignTensor | undefined, fieldCount: number | undefined) {
  const { name, shape = [-1] } = tensor
  if (shape.length > 2) throw unfit(`its input "${name}" has ${shape.length} dimensions`)
  // A signature may leave open what the graph knows.
  const said = shape.length === 1 ? 1 : (shape[1] ?? -1)
  const width = said > 0 ? said : (input?.shape?.[1] ?? -1)
  if (width < 1) throw unfit(`nothing says how many columns its input "${name}" has`)
  const type = columnTypeOf(input?.elementType ?? 'float')
  const isColumn = width === 1 && (shape.length === 1 || fieldCount !== 1)
  return Array.from({ length: width }, (_, i) => ({ name: isColumn ? name : `${name}_${i}`, type, nullable: false }))
}

function columnTypeOf(elementType: string): ColumnType {
  if (elementType === 'string') return 'string'
  if (elementType === 'bool') return 'bool'
  return /^u?int/.test(elementType) ? 'int' : 'float'
}

const unfit = (fault: string): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    `${fault}; Regia serves models of rows with columns of numbers, texts and booleans.`,
    {
      hint: 'Log the model with a signature of such columns: infer_signature(DataFrame, …).',
    },
  )
