import type { z } from 'zod'
import type { JsonObject } from '../../kernel/index.ts'
import type { GraphBuilder } from '../../onnx/index.ts'
import type { Column, Table } from '../../table/index.ts'
import type { LearningTarget } from '../target.ts'
import type { GraphColumn } from './graph-column.ts'

/** A row-wise transform before it has seen data: what `scale(['age'])` returns. */
export type Transform = {
  readonly kind: string
  /** The columns that it reads, raw or made by a transform before it. */
  readonly inputs: readonly string[]
  /**
   * @param table - Has at least the inputs.
   * @throws RegiaError `COLUMN_TYPE` when an input is of a type that it does not take.
   */
  readonly fit: (table: Table, target?: LearningTarget) => FittedTransform
}

/** A transform that has learned what it needs. It treats each row for itself, so training and serving cannot differ. */
export type FittedTransform = {
  readonly kind: string
  readonly inputs: readonly string[]
  /** Names of the columns that it makes. */
  readonly outputs: readonly string[]
  /** One column per output. Numbers are float32 values, as the graph computes them; NaN where missing. */
  readonly apply: (table: Table) => Column[]
  /** What `fromJson` of its kind needs to do the same. */
  readonly toJson: () => JsonObject
  /** Adds nodes that compute the same as `apply`: one graph column per output from one per input. */
  readonly toOnnx: (graph: GraphBuilder, inputs: readonly GraphColumn[]) => GraphColumn[]
}

/** An entry of the list of transforms. */
export type TransformKind = {
  readonly kind: string
  readonly title: string
  readonly params: z.ZodType
  /** @throws RegiaError `INVALID_INPUT` naming the parameter that is wrong. */
  readonly create: (params: unknown) => Transform
  /** @throws RegiaError `MODEL_INVALID` when the JSON is not of this kind. */
  readonly fromJson: (json: unknown) => FittedTransform
}
