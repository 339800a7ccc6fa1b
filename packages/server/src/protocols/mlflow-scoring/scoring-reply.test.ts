import type { Signature } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { type ScoringAnswer, scoringReply } from './scoring-reply.ts'

const answerOf = (classes: string[] | undefined): ScoringAnswer => {
  const signature: Signature = {
    task: classes ? 'multiclass' : 'regression',
    target: 'y',
    ...(classes && { classes }),
    inputs: [{ name: 'x', type: 'float', nullable: false }],
  }
  const scores = Float32Array.of(0.5, 1.5, 2.5)
  const known = classes && {
    classes: Int32Array.of(0, 1, 0),
    probabilities: Float32Array.of(0.5, 0.5, 0.1, 0.9, 0.6, 0.4),
  }
  return { served: { signature }, predictions: { rowCount: 3, scores, ...known }, from: 1, count: 2 }
}
const reply = (answer: ScoringAnswer) => JSON.parse(String(scoringReply(answer).body))

describe('predictions as MLflow gives them', () => {
  it.each<[string, string[] | undefined, unknown[]]>([
    ['numbers of a regression', undefined, [1.5, 2.5]],
    ['whole numbers', ['0', '1'], [1, 0]],
    ['negative ones', ['-1', '12'], [12, -1]],
    ['truth values', ['False', 'True'], [true, false]],
    ['texts', ['no', 'say "yes"'], ['say "yes"', 'no']],
    ['texts with leading zeros', ['007', '1'], ['1', '007']],
    ['numbers and texts', ['1', 'x'], ['x', '1']],
    ['numbers that JSON would round', ['1', '9007199254740993'], ['9007199254740993', '1']],
  ])('%s', (_, classes, predictions) => expect(reply(answerOf(classes))).toEqual({ predictions }))

  it('a label that is not sure', () => {
    expect(reply({ ...answerOf(['no', 'yes']), abstainBelow: 0.7 }).predictions).toEqual(['yes', 'undecided'])
  })

  it('with what answered in place of the version', () => {
    const instead = { ...answerOf(undefined), servedBy: 'constant', degraded: 'It failed.' }
    expect(reply(instead)).toEqual({ predictions: [1.5, 2.5], served_by: 'constant', degraded: 'It failed.' })
  })
})
