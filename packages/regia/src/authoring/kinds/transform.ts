import {
  DEFINITION,
  type FittedTransform,
  type JsonObject,
  parseParams,
  parseState,
  type Transform,
  type TransformKind,
} from '@regia/core'
import type { z } from 'zod'

/** A kind of transform that a project brings. Called, it makes a transform; its fields are what a list of transforms holds. */
export type OwnTransformKind<Params extends z.ZodType = z.ZodType> = ((params: z.input<Params>) => Transform) &
  TransformKind & { readonly [DEFINITION]: 'transform-kind' }

/** What a fitted transform does, without what follows from its definition. */
export type FittedParts = Pick<FittedTransform, 'inputs' | 'outputs' | 'apply' | 'toOnnx'>

export type TransformDefinition<Params extends z.ZodType, State extends z.ZodType> = {
  readonly kind: string
  readonly title: string
  /** What an author gives it. */
  readonly params: Params
  /** What `fit` learned, kept as JSON. */
  readonly state: State
  readonly inputs: (params: z.output<Params>) => readonly string[]
  readonly fit: (
    table: Parameters<Transform['fit']>[0],
    params: z.output<Params>,
    target: Parameters<Transform['fit']>[1],
  ) => z.output<State> & JsonObject
  /** The same for the same state: `apply` in training, `toOnnx` in the graph that serves. */
  readonly fitted: (state: z.output<State>) => FittedParts
}

/**
 * A kind of row-wise transform of the project's own, for `tabularModel({ transforms: [clip({ … })] })` and, where `regia.config.ts` names its
 * module under `kinds.transforms`, by name in YAML.
 *
 * What it computes in `apply` it must compute in the graph, in float32, so that training and serving cannot differ. Not for what needs
 * history: that is a feature view.
 *
 * @throws RegiaError `INVALID_INPUT` naming the parameter that is wrong, when it is called.
 * @example
 * export default defineTransform({
 *   kind: 'clip',
 *   title: 'Cut off above a maximum',
 *   params: z.strictObject({ column: z.string(), maximum: z.number() }),
 *   state: z.object({ column: z.string(), maximum: z.number() }),
 *   inputs: ({ column }) => [column],
 *   fit: (_table, params) => params,
 *   fitted: ({ column, maximum }) => ({
 *     inputs: [column],
 *     outputs: [column],
 *     apply: (table) => [floatColumn(getNumericColumn(table, column).values.map((x) => Math.min(x, Math.fround(maximum))))],
 *     toOnnx: (graph, [input]) => [{ type: 'number', value: graph.node('Min', [input.value, graph.floats(maximum)]) }],
 *   }),
 * })
 */
export function defineTransform<Params extends z.ZodType, State extends z.ZodType>(
  definition: TransformDefinition<Params, State>,
): OwnTransformKind<Params> {
  const { kind, title, params, state } = definition
  const restore = (json: JsonObject): FittedTransform => ({
    kind,
    ...definition.fitted(parseState(kind, state, json)),
    toJson: () => json,
  })
  const create = (given: unknown): Transform => {
    const parsed = parseParams(kind, params, given)
    return {
      kind,
      inputs: definition.inputs(parsed),
      fit: (table, target) => restore(definition.fit(table, parsed, target)),
    }
  }
  const fromJson = (json: unknown) => restore(parseState(kind, state, json) as JsonObject) // what its own toJson wrote
  return Object.assign((given: z.input<Params>) => create(given), {
    [DEFINITION]: 'transform-kind' as const,
    kind,
    title,
    params,
    create,
    fromJson,
  })
}
