import type { Predictions } from '@regia/engine'
import type { MemberAnswer } from './open-composition.ts'

/** The rows of an answer that may be part of a larger batch. */
export function pickPredictions({ predictions, from, count }: MemberAnswer): Predictions {
  const { scores, probabilities, classes, rowCount } = predictions
  if (from === 0 && count === rowCount) return predictions
  const width = probabilities ? probabilities.length / rowCount : 0
  return {
    rowCount: count,
    scores: scores.slice(from, from + count),
    ...(probabilities && { probabilities: probabilities.slice(from * width, (from + count) * width) }),
    ...(classes && { classes: classes.slice(from, from + count) }),
  }
}

/** Each row's weighted mean of scores and probabilities; its class is the most probable one of the mean. */
export function weightedMean(answers: readonly Predictions[], weights: readonly number[]): Predictions {
  const [first] = answers
  if (!first) throw new Error('unreachable: a composition has members')
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const mean = (of: (answer: Predictions) => Float32Array): Float32Array => {
    const sum = new Float64Array(of(first).length)
    for (const [i, answer] of answers.entries()) {
      const values = of(answer)
      for (let k = 0; k < sum.length; k++) sum[k]! += (weights[i]! / total) * values[k]!
    }
    return Float32Array.from(sum)
  }
  const scores = mean((answer) => answer.scores)
  if (!first.probabilities) return { rowCount: first.rowCount, scores }
  const probabilities = mean((answer) => answer.probabilities ?? new Float32Array())
  return { rowCount: first.rowCount, scores, probabilities, classes: mostProbable(probabilities, first.rowCount) }
}

function mostProbable(probabilities: Float32Array, rowCount: number): Int32Array {
  const width = probabilities.length / rowCount
  return Int32Array.from({ length: rowCount }, (_, row) => {
    let best = 0
    for (let k = 1; k < width; k++) {
      if (probabilities[row * width + k]! > probabilities[row * width + best]!) best = k
    }
    return best
  })
}

type Group = { readonly places: readonly number[]; readonly predictions: Predictions }

/** Answers of groups of rows, in the order of the rows. */
export function joinGroups(groups: readonly Group[], rowCount: number): Predictions {
  const first = groups[0]!.predictions
  const width = first.probabilities ? first.probabilities.length / first.rowCount : 0
  const scores = new Float32Array(rowCount)
  const probabilities = new Float32Array(rowCount * width)
  const classes = new Int32Array(rowCount)
  for (const { places, predictions } of groups) {
    for (const [i, place] of places.entries()) {
      scores[place] = predictions.scores[i]!
      if (predictions.classes) classes[place] = predictions.classes[i]!
      const own = predictions.probabilities?.subarray(i * width, (i + 1) * width)
      if (own) probabilities.set(own, place * width)
    }
  }
  return { rowCount, scores, ...(first.probabilities && { probabilities }), ...(first.classes && { classes }) }
}
