import { sigmoid, softmaxInPlace } from '../score-probabilities.ts'
import { type ClassTarget, classFractions, type LearningTarget } from '../target.ts'

/** A loss with its derivatives. Scores are kept output by output: score of row r for output k at `k · rowCount + r`. */
export type Objective = {
  readonly outputCount: number
  /** The constant scores that fit best, shape (outputs,): where boosting begins. */
  readonly baseScores: Float64Array
  /** Reads the scores of a new round, before gradients of its outputs are asked for. */
  readonly beginRound: (scores: Float64Array) => void
  /** Writes gradient and hessian of each row, in pairs. */
  readonly writeGradients: (output: number, gradients: Float32Array) => void
  /** Mean loss over some rows. */
  readonly meanLoss: (scores: Float64Array, rows: Int32Array) => number
}

/** What boosting minimises for a target: log-loss of two classes, of several, or squared error. @param weights - One ≥ 0 per row; all 1 where absent. */
export function createObjective(target: LearningTarget, weights: Float64Array | undefined): Objective {
  if (target.task === 'regression') return squaredError(target.values, weights)
  return target.task === 'binary' ? logLoss(target, weights) : softmaxLoss(target, weights)
}

/** Keeps logarithms of probabilities finite. */
const MIN_PROBABILITY = 1e-15
const logOf = (probability: number): number => Math.log(Math.max(probability, MIN_PROBABILITY))

function squaredError(values: Float64Array, weights: Float64Array | undefined): Objective {
  let scores: Float64Array = new Float64Array()
  return {
    outputCount: 1,
    baseScores: Float64Array.of(weightedMean(values, weights)),
    beginRound: (next) => {
      scores = next
    },
    writeGradients: (_, gradients) => {
      for (let row = 0; row < values.length; row++) {
        const weight = weights ? weights[row]! : 1
        gradients[2 * row] = weight * (scores[row]! - values[row]!)
        gradients[2 * row + 1] = weight
      }
    },
    meanLoss: (at, rows) => meanOver(rows, weights, (row) => (at[row]! - values[row]!) ** 2),
  }
}

function logLoss({ codes, ...target }: ClassTarget, weights: Float64Array | undefined): Objective {
  const [, positive] = classFractions({ codes, ...target }, weights)
  let scores: Float64Array = new Float64Array()
  return {
    outputCount: 1,
    baseScores: Float64Array.of(logOf(positive!) - logOf(1 - positive!)),
    beginRound: (next) => {
      scores = next
    },
    writeGradients: (_, gradients) => {
      for (let row = 0; row < codes.length; row++) {
        const weight = weights ? weights[row]! : 1
        const probability = sigmoid(scores[row]!)
        gradients[2 * row] = weight * (probability - codes[row]!)
        gradients[2 * row + 1] = weight * probability * (1 - probability)
      }
    },
    meanLoss: (at, rows) =>
      meanOver(rows, weights, (row) => -logOf(codes[row] === 1 ? sigmoid(at[row]!) : 1 - sigmoid(at[row]!))),
  }
}

function softmaxLoss(target: ClassTarget, weights: Float64Array | undefined): Objective {
  const { codes, classCount } = target
  const rowCount = codes.length
  const probabilities = new Float64Array(classCount * rowCount)
  // Friedman's factor: one of the classes is redundant, so the hessian of each is scaled up.
  const factor = classCount / (classCount - 1)
  return {
    outputCount: classCount,
    baseScores: classFractions(target, weights).map(logOf),
    beginRound: (scores) => {
      probabilities.set(scores)
      softmaxInPlace(probabilities, classCount, rowCount)
    },
    writeGradients: (output, gradients) => {
      for (let row = 0; row < rowCount; row++) {
        const weight = weights ? weights[row]! : 1
        const probability = probabilities[output * rowCount + row]!
        gradients[2 * row] = weight * (probability - (codes[row] === output ? 1 : 0))
        gradients[2 * row + 1] = weight * factor * probability * (1 - probability)
      }
    },
    meanLoss: (scores, rows) => {
      const at = scores.slice()
      softmaxInPlace(at, classCount, rowCount)
      return meanOver(rows, weights, (row) => -logOf(at[codes[row]! * rowCount + row]!))
    },
  }
}

function weightedMean(values: Float64Array, weights: Float64Array | undefined): number {
  let sum = 0
  let total = 0
  for (let row = 0; row < values.length; row++) {
    const weight = weights ? weights[row]! : 1
    sum += weight * values[row]!
    total += weight
  }
  return sum / total
}

function meanOver(rows: Int32Array, weights: Float64Array | undefined, lossOf: (row: number) => number): number {
  let sum = 0
  let total = 0
  for (const row of rows) {
    const weight = weights ? weights[row]! : 1
    sum += weight * lossOf(row)
    total += weight
  }
  return sum / total
}
