import { z } from 'zod'
import { COLUMN_TYPES } from '../table/index.ts'
import { createTabularModel, type FittedTabularModel } from './fitted-tabular-model.ts'
import { parseState } from './learner.ts'
import { getLearnerKind } from './learners.ts'
import type { TransformKind } from './transforms/transform.ts'
import { getTransformKind } from './transforms/transforms.ts'

const part = z.object({ kind: z.string(), state: z.unknown() })
const modelSchema = z.object({
  format: z.literal(1),
  target: z.string(),
  classes: z.array(z.string()),
  inputColumns: z.array(z.object({ name: z.string(), type: z.enum(COLUMN_TYPES), nullable: z.boolean() })),
  featureNames: z.array(z.string()),
  learner: z.object({ name: z.string(), params: z.record(z.string(), z.unknown()) }),
  transforms: z.array(part),
  model: part,
})

/**
 * The model that `toJson()` wrote; it predicts the same to the last bit.
 *
 * @param ownTransforms - Kinds of transforms that a project brings.
 * @throws RegiaError `MODEL_INVALID` naming the part that is wrong; `NOT_FOUND` for a learner or transform that there is not.
 */
export function tabularModelFromJson(json: unknown, ownTransforms: readonly TransformKind[] = []): FittedTabularModel {
  const { format: _, transforms, model, ...state } = parseState('tabularModel', modelSchema, json)
  return createTabularModel({
    ...state,
    transforms: transforms.map(({ kind, state: fitted }) => getTransformKind(kind, ownTransforms).fromJson(fitted)),
    model: getLearnerKind(model.kind).fromJson(model.state),
  })
}
