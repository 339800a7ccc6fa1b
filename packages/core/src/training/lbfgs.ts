/** A function to minimise: writes the gradient at a point and returns the value. */
export type Differentiable = (point: Float64Array, gradient: Float64Array) => number

export type LbfgsOptions = {
  /** Stops when no component of the gradient is larger. */
  readonly tolerance: number
  readonly maxIterations: number
  readonly onIteration?: (done: number) => void
}

/** Pairs of steps and gradient changes that stand for the curvature. */
const MEMORY = 10
/** Share of the promised decrease that a step must bring (Armijo). */
const SUFFICIENT_DECREASE = 1e-4

type Pair = { readonly step: Float64Array; readonly change: Float64Array; readonly rho: number }

/**
 * Minimises a smooth convex function from a starting point, by limited-memory BFGS with backtracking.
 *
 * @returns The point reached; the start itself is not changed.
 * @see Nocedal and Wright (2006), *Numerical Optimization*, algorithms 7.4 and 7.5.
 */
export function minimise(f: Differentiable, start: Float64Array, options: LbfgsOptions): Float64Array {
  let point = start.slice()
  let gradient: Float64Array = new Float64Array(point.length)
  let value = f(point, gradient)
  const pairs: Pair[] = []
  for (let iteration = 0; iteration < options.maxIterations; iteration++) {
    if (greatest(gradient) <= options.tolerance) break
    const direction = descentDirection(gradient, pairs)
    const next = searchAlong(f, point, value, gradient, direction, pairs.length === 0)
    if (!next) break
    remember(pairs, next.point, point, next.gradient, gradient)
    ;({ point, gradient, value } = next)
    options.onIteration?.(iteration + 1)
  }
  return point
}

function descentDirection(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((value) => -value)
  const alphas = new Float64Array(pairs.length)
  for (let i = pairs.length - 1; i >= 0; i--) {
    const { step, change, rho } = pairs[i]!
    alphas[i] = rho * dot(step, direction)
    addScaled(direction, change, -alphas[i]!)
  }
  const last = pairs.at(-1)
  if (last) scaleBy(direction, 1 / (last.rho * dot(last.change, last.change)))
  pairs.forEach(({ step, change, rho }, i) => {
    addScaled(direction, step, alphas[i]! - rho * dot(change, direction))
  })
  return direction
}

function searchAlong(
  f: Differentiable,
  point: Float64Array,
  value: number,
  gradient: Float64Array,
  direction: Float64Array,
  isFirst: boolean,
) {
  const slope = dot(gradient, direction)
  // The first direction is the bare gradient, whose length says nothing about the way to go.
  let length = isFirst ? Math.min(1, 1 / Math.sqrt(dot(gradient, gradient))) : 1
  for (let attempt = 0; attempt < 50; attempt++, length /= 2) {
    const candidate = point.slice()
    addScaled(candidate, direction, length)
    const candidateGradient = new Float64Array(point.length)
    const candidateValue = f(candidate, candidateGradient)
    if (candidateValue <= value + SUFFICIENT_DECREASE * length * slope) {
      return { point: candidate, gradient: candidateGradient, value: candidateValue }
    }
  }
  return undefined
}

function remember(
  pairs: Pair[],
  point: Float64Array,
  before: Float64Array,
  gradient: Float64Array,
  gradientBefore: Float64Array,
) {
  const step = point.map((value, i) => value - before[i]!)
  const change = gradient.map((value, i) => value - gradientBefore[i]!)
  const curvature = dot(step, change)
  if (curvature <= 1e-300) return
  pairs.push({ step, change, rho: 1 / curvature })
  if (pairs.length > MEMORY) pairs.shift()
}

const greatest = (values: Float64Array): number => values.reduce((max, value) => Math.max(max, Math.abs(value)), 0)

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}

function addScaled(target: Float64Array, other: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! += factor * other[i]!
}

function scaleBy(target: Float64Array, factor: number): void {
  for (let i = 0; i < target.length; i++) target[i]! *= factor
}
