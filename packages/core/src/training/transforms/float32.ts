import type { NumericColumn } from '../../table/index.ts'

/** A column of float32 values: what the graph would compute. */
export const toFloat32Column = (
  values: Float64Array,
  round: (value: number) => number = Math.fround,
): NumericColumn => ({
  type: 'float',
  values: values.map(round),
})
