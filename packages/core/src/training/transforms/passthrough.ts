import { z } from 'zod'
import { getNumericColumn } from '../../table/index.ts'
import { parseParams, parseState } from '../learner.ts'
import { toFloat32Column } from './float32.ts'
import { toFloat } from './graph-column.ts'
import type { FittedTransform, Transform, TransformKind } from './transform.ts'

const KIND = 'passthrough'

const paramsSchema = z.strictObject({ columns: z.array(z.string()).min(1) })

/**
 * Numbers as they are (bool as 0 and 1), missing where null.
 *
 * @throws RegiaError `COLUMN_TYPE` when a column holds text.
 * @example passthrough(['distance'])
 */
export const passthrough = (columns: readonly string[]): Transform => createPassthrough({ columns })

function createPassthrough(params: unknown): Transform {
  const { columns } = parseParams(KIND, paramsSchema, params)
  return {
    kind: KIND,
    inputs: columns,
    fit: (table) => {
      for (const name of columns) getNumericColumn(table, name)
      return fitted(columns)
    },
  }
}

const fitted = (columns: readonly string[]): FittedTransform => ({
  kind: KIND,
  inputs: columns,
  outputs: columns,
  apply: (table) => columns.map((name) => toFloat32Column(getNumericColumn(table, name).values)),
  toJson: () => ({ columns }),
  toOnnx: (graph, inputs) => inputs.map((input) => ({ type: 'number', value: toFloat(graph, input) })),
})

export const passthroughKind: TransformKind = {
  kind: KIND,
  title: 'Numbers as they are',
  params: paramsSchema,
  create: createPassthrough,
  fromJson: (json) => fitted(parseState(KIND, paramsSchema, json).columns),
}
