import { z } from 'zod'
import { RegiaError } from '../kernel/index.ts'
import { countUpTo, packCounts, packedCountsSchema, unpackCounts } from '../statistics/index.ts'
import type { Cell } from '../table/index.ts'
import type { ColumnReference } from './reference-profile.ts'

export const columnSketchSchema = z.object({
  counts: packedCountsSchema,
  n: z.number(),
  nulls: z.number(),
  unseen: z.number(),
  below: z.number(),
  above: z.number(),
  sum: z.number(),
  squares: z.number(),
  minimum: z.number().nullable(),
  maximum: z.number().nullable(),
})
export type ColumnSketchJson = z.infer<typeof columnSketchSchema>

/**
 * What a column was like in a span of time, counted on the bins of its reference. Sketches of parts add up to the sketch of the whole.
 * It is the one thing here that changes in place: it sits on the path of every prediction.
 */
export type ColumnSketch = {
  /** Rows per bin of the reference; for text the last bin holds all that is not named, unseen values among them. */
  readonly counts: Float64Array
  n: number
  nulls: number
  /** Text that training never saw. */
  unseen: number
  /** Numbers outside of the range of training; they are counted in the end bins too. */
  below: number
  above: number
  sum: number
  squares: number
  minimum: number
  maximum: number
}

/** Puts a cell where it belongs. */
export type ColumnCounter = (sketch: ColumnSketch, cell: Cell | undefined) => void

/** An empty sketch on a reference's bins. */
export const emptyColumnSketch = (reference: ColumnReference): ColumnSketch => ({
  counts: new Float64Array(reference.counts.length),
  n: 0,
  nulls: 0,
  unseen: 0,
  below: 0,
  above: 0,
  sum: 0,
  squares: 0,
  minimum: Number.POSITIVE_INFINITY,
  maximum: Number.NEGATIVE_INFINITY,
})

/** Prepares the counting of one column; make it once and use it for every row. It allocates nothing. */
export function columnCounter(reference: ColumnReference): ColumnCounter {
  return reference.kind === 'numeric' ? numericCounter(reference) : categoricalCounter(reference)
}

function numericCounter({ edges, minimum, maximum }: Extract<ColumnReference, { kind: 'numeric' }>): ColumnCounter {
  const sortedEdges = Float64Array.from(edges)
  return (sketch, cell) => {
    sketch.n++
    const value = typeof cell === 'number' ? cell : Number.NaN
    if (Number.isNaN(value)) {
      sketch.nulls++
      return
    }
    sketch.counts[countUpTo(sortedEdges, value)]! += 1
    if (value < minimum) sketch.below++
    else if (value > maximum) sketch.above++
    sketch.sum += value
    sketch.squares += value * value
    if (value < sketch.minimum) sketch.minimum = value
    if (value > sketch.maximum) sketch.maximum = value
  }
}

function categoricalCounter(reference: Extract<ColumnReference, { kind: 'categorical' }>): ColumnCounter {
  const { categories, otherCategories, isComplete } = reference
  const binOf = new Map(categories.map((category, i) => [category, i]))
  for (const category of otherCategories) binOf.set(category, categories.length)
  const others = categories.length
  return (sketch, cell) => {
    sketch.n++
    if (cell === null || cell === undefined) {
      sketch.nulls++
      return
    }
    const bin = binOf.get(typeof cell === 'string' ? cell : textOf(cell))
    if (bin === undefined) {
      sketch.counts[others]! += 1
      if (isComplete) sketch.unseen++
    } else sketch.counts[bin]! += 1
  }
}

// A bool column may come as 0 and 1, and stands in the reference as text.
const textOf = (cell: number | boolean): string =>
  typeof cell === 'boolean' ? String(cell) : cell === 0 ? 'false' : 'true'

/** Adds (`sign` 1) or takes away (−1) another sketch, in place. Least and greatest value can only be widened. @throws RegiaError `CONFLICT` when their bins differ. */
export function addColumnSketch(into: ColumnSketch, other: ColumnSketch, sign: 1 | -1 = 1): void {
  if (into.counts.length !== other.counts.length) {
    throw new RegiaError(
      'CONFLICT',
      `Sketches on ${into.counts.length} and ${other.counts.length} bins cannot be added.`,
      {
        hint: 'Only sketches on the same reference profile add up: keep them apart by model version.',
      },
    )
  }
  for (let i = 0; i < into.counts.length; i++) into.counts[i]! += sign * other.counts[i]!
  into.n += sign * other.n
  into.nulls += sign * other.nulls
  into.unseen += sign * other.unseen
  into.below += sign * other.below
  into.above += sign * other.above
  into.sum += sign * other.sum
  into.squares += sign * other.squares
  if (sign < 0) return
  into.minimum = Math.min(into.minimum, other.minimum)
  into.maximum = Math.max(into.maximum, other.maximum)
}

/** A column's sketch as it is stored: counts packed, least and greatest value null where there is none. */
export function columnSketchToJson(sketch: ColumnSketch): ColumnSketchJson {
  return {
    ...sketch,
    counts: packCounts(sketch.counts),
    minimum: Number.isFinite(sketch.minimum) ? sketch.minimum : null,
    maximum: Number.isFinite(sketch.maximum) ? sketch.maximum : null,
  }
}

/** What {@link columnSketchToJson} wrote. Whether it fits a reference is checked when it is added to another sketch. */
export function columnSketchFromJson(json: ColumnSketchJson): ColumnSketch {
  return {
    ...json,
    counts: unpackCounts(json.counts),
    minimum: json.minimum ?? Number.POSITIVE_INFINITY,
    maximum: json.maximum ?? Number.NEGATIVE_INFINITY,
  }
}
