import type { Signature, SignatureColumn } from '@regia/core'
import { bindingOf, type ElementKind, findDatatype } from './datatype.ts'

/** An input that a request can name: a tensor as the model's graph had it, or a column by itself. */
export type InputSlot = {
  readonly name: string
  readonly datatype: string
  readonly accepted: readonly ElementKind[]
  readonly columns: readonly SignatureColumn[]
  /** Whether it is told with two dimensions. */
  readonly isMatrix: boolean
  /** What it cannot stand beside: tensors of the graph beside columns of theirs. What is both, or neither, stands beside either. */
  readonly kind: 'tensor' | 'column' | 'either'
}

type Slots = {
  /** What the model's metadata lists. */
  readonly listed: readonly InputSlot[]
  readonly byName: ReadonlyMap<string, InputSlot>
}

const slotsBySignature = new WeakMap<Signature, Slots>()

/** The inputs of a model: the tensors of its graph where they are known, and one for each column. */
export function inputSlots(signature: Signature): Slots {
  const known = slotsBySignature.get(signature)
  if (known) return known
  const tensors = tensorSlots(signature)
  const inTensors = new Set(tensors.flatMap(({ columns }) => columns))
  const columns = signature.inputs.map((column) => columnSlot(column, inTensors.has(column)))
  const slots = {
    listed: [...tensors, ...columns.filter(({ kind }) => kind === 'either')],
    byName: new Map([...columns, ...tensors].map((slot) => [slot.name, slot])),
  }
  slotsBySignature.set(signature, slots)
  return slots
}

const columnSlot = (column: SignatureColumn, isInTensor: boolean): InputSlot => ({
  ...{ name: column.name, ...bindingOf(column), columns: [column] },
  isMatrix: false,
  kind: isInTensor ? 'column' : 'either',
})

function tensorSlots({ inputs, tensors = [] }: Signature): InputSlot[] {
  const byName = new Map(inputs.map((column) => [column.name, column]))
  return tensors.map(({ name, datatype, columns: names, isMatrix }) => {
    const columns = names.flatMap((column) => byName.get(column) ?? [])
    const [first, ...others] = columns
    const isColumn = first?.name === name && others.length === 0
    return {
      ...{ name, datatype, columns, isMatrix },
      accepted: [...acceptedBy(datatype), ...(isColumn ? bindingOf(first).accepted : [])],
      kind: isColumn ? 'either' : 'tensor',
    }
  })
}

const ALSO: Readonly<Record<ElementKind, readonly ElementKind[]>> = {
  float: ['float', 'integer'],
  integer: ['integer'],
  text: ['text', 'integer'],
  bool: ['bool'],
}

const acceptedBy = (datatype: string): readonly ElementKind[] => ALSO[findDatatype(datatype)?.kind ?? 'float']

/** How a slot is told in an error. */
export const slotText = ({ name, datatype, columns, kind }: InputSlot): string =>
  kind === 'tensor' ? `"${name}" (${datatype} [n, ${columns.length}])` : `"${name}" (${datatype})`
