import { RegiaError } from '../../kernel/index.ts'
import { datePartsKind } from './date-parts.ts'
import { imputeKind } from './impute.ts'
import { oneHotKind } from './one-hot.ts'
import { ordinalKind } from './ordinal.ts'
import { passthroughKind } from './passthrough.ts'
import { scaleKind } from './scale.ts'
import type { TransformKind } from './transform.ts'

/** Every kind of transform. A new one is a file beside these and a line here. */
export const TRANSFORMS: readonly TransformKind[] = [
  datePartsKind,
  imputeKind,
  oneHotKind,
  ordinalKind,
  passthroughKind,
  scaleKind,
]

/**
 * A kind of transform by its name.
 *
 * @param own - Kinds that a project brings.
 * @throws RegiaError `NOT_FOUND` naming the kinds there are.
 */
export function getTransformKind(kind: string, own: readonly TransformKind[] = []): TransformKind {
  const kinds = [...TRANSFORMS, ...own]
  const found = kinds.find((entry) => entry.kind === kind)
  if (found) return found
  throw new RegiaError('NOT_FOUND', `There is no transform "${kind}".`, {
    hint: `There are: ${kinds.map((entry) => entry.kind).join(', ')}.`,
  })
}
