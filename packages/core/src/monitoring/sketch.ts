import { z } from 'zod'
import { RegiaError } from '../kernel/index.ts'
import type { Cell } from '../table/index.ts'
import {
  addColumnSketch,
  type ColumnCounter,
  type ColumnSketch,
  columnCounter,
  columnSketchFromJson,
  columnSketchSchema,
  columnSketchToJson,
  emptyColumnSketch,
} from './column-sketch.ts'
import {
  addLabel,
  addLabelHistogram,
  emptyLabelHistogram,
  type LabelHistogram,
  labelHistogramFromJson,
  labelHistogramSchema,
  labelHistogramToJson,
} from './label-histogram.ts'
import type { ReferenceProfile } from './reference-profile.ts'

/** A sketch as it is stored. Only with the reference profile of the same model version does it mean anything. */
export const sketchSchema = z.object({
  format: z.literal(1),
  columns: z.record(z.string(), columnSketchSchema),
  prediction: columnSketchSchema,
  labels: labelHistogramSchema,
})
export type SketchJson = z.infer<typeof sketchSchema>

/** What an endpoint's version was asked and answered in a span of time, and what became of it. Any window is a sum of sketches. */
export type Sketch = {
  readonly columns: { readonly [name: string]: ColumnSketch }
  readonly prediction: ColumnSketch
  readonly labels: LabelHistogram
}

type CountedRow = { readonly [column: string]: Cell }

/** The work of counting for one reference profile; prepared once, used for every prediction. Its sketches change in place. */
export type Sketcher = {
  readonly empty: () => Sketch
  /** Counts a prediction: its inputs and its score. Columns that the reference lacks are ignored, missing ones count as null. Allocates nothing. */
  readonly add: (sketch: Sketch, row: CountedRow, score: number) => void
  /** Counts a label under the score of its prediction. */
  readonly addLabel: (sketch: Sketch, score: number, isPositive: boolean) => void
  /** Takes back a label that turned out wrong. */
  readonly removeLabel: (sketch: Sketch, score: number, isPositive: boolean) => void
  /** The sum of sketches, as a new one. */
  readonly merge: (sketches: readonly Sketch[]) => Sketch
  /** The first without the second, which must be part of it. Least and greatest values stay. */
  readonly subtract: (whole: Sketch, part: Sketch) => Sketch
  readonly toJson: (sketch: Sketch) => SketchJson
  /** @throws RegiaError `CONFLICT` when the sketch belongs to another reference profile. */
  readonly fromJson: (json: SketchJson) => Sketch
}

/**
 * Prepares mergeable sketches on a reference profile.
 *
 * @example
 * const sketcher = createSketcher(profile)
 * const hour = sketcher.empty()
 * sketcher.add(hour, { origin: 'JFK', distance: 300 }, 0.17)
 * sketcher.addLabel(hour, 0.17, false)
 */
export function createSketcher(profile: ReferenceProfile): Sketcher {
  const counters = Object.entries(profile.columns).map(([name, reference]) => ({
    name,
    count: columnCounter(reference),
  }))
  const countScore: ColumnCounter = columnCounter(profile.prediction)
  const scoreEdges = Float64Array.from(profile.scoreEdges)

  const empty = (): Sketch => ({
    columns: Object.fromEntries(
      Object.entries(profile.columns).map(([name, reference]) => [name, emptyColumnSketch(reference)]),
    ),
    prediction: emptyColumnSketch(profile.prediction),
    labels: emptyLabelHistogram(scoreEdges),
  })

  const combined = (parts: readonly { readonly sketch: Sketch; readonly sign: 1 | -1 }[]): Sketch => {
    const whole = empty()
    for (const { sketch, sign } of parts) {
      for (const { name } of counters) addColumnSketch(whole.columns[name]!, sketch.columns[name]!, sign)
      addColumnSketch(whole.prediction, sketch.prediction, sign)
      addLabelHistogram(whole.labels, sketch.labels, sign)
    }
    return whole
  }

  return {
    empty,
    add: (sketch, row, score) => {
      for (const { name, count } of counters) count(sketch.columns[name]!, row[name])
      countScore(sketch.prediction, score)
    },
    addLabel: (sketch, score, isPositive) => addLabel(sketch.labels, scoreEdges, score, isPositive),
    removeLabel: (sketch, score, isPositive) => addLabel(sketch.labels, scoreEdges, score, isPositive, -1),
    merge: (sketches) => combined(sketches.map((sketch) => ({ sketch, sign: 1 }))),
    subtract: (whole, part) =>
      combined([
        { sketch: whole, sign: 1 },
        { sketch: part, sign: -1 },
      ]),
    toJson: (sketch) => ({
      format: 1,
      columns: Object.fromEntries(
        Object.entries(sketch.columns).map(([name, column]) => [name, columnSketchToJson(column)]),
      ),
      prediction: columnSketchToJson(sketch.prediction),
      labels: labelHistogramToJson(sketch.labels),
    }),
    fromJson: (json) => {
      assertSameColumns(Object.keys(profile.columns), Object.keys(json.columns))
      const columns = Object.entries(json.columns).map(([name, column]) => [name, columnSketchFromJson(column)])
      const read: Sketch = {
        columns: Object.fromEntries(columns),
        prediction: columnSketchFromJson(json.prediction),
        labels: labelHistogramFromJson(json.labels),
      }
      // Adding to an empty sketch checks every bin count.
      return combined([{ sketch: read, sign: 1 }])
    },
  }
}

function assertSameColumns(expected: readonly string[], got: readonly string[]): void {
  const missing = expected.filter((name) => !got.includes(name))
  const unknown = got.filter((name) => !expected.includes(name))
  if (missing.length === 0 && unknown.length === 0) return
  throw new RegiaError('CONFLICT', 'The sketch belongs to another reference profile: its columns differ.', {
    where: [...missing, ...unknown].join(', '),
    hint: 'Read it with the profile of the model version that it was made for.',
  })
}
