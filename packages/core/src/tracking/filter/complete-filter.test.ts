import { describe, expect, it } from 'vitest'
import { createRng } from '../../kernel/index.ts'
import { completeFilter } from './complete-filter.ts'
import { RUN_GRAMMAR } from './grammars.ts'

const keys = (...names: readonly string[]) => names.map((key) => ({ key, runCount: 1 }))
const fields = { metrics: keys('rmse', 'train loss', 'best_rmse'), params: keys('depth'), tags: keys('mlflow.user') }

/** What the text becomes with each suggestion; `|` is the cursor. */
function completed(marked: string): readonly string[] {
  const cursor = marked.indexOf('|')
  const text = marked.replace('|', '')
  return completeFilter(text, cursor, RUN_GRAMMAR, fields).map(
    (one) => text.slice(0, one.from) + one.text + text.slice(one.until),
  )
}

describe('completeFilter', () => {
  it.each<[string, readonly string[]]>([
    ['metrics.rm|', ['metrics.rmse', 'metrics.best_rmse']],
    ['metric.tr|', ['metric.`train loss`']],
    ['metrics.`tr|', ['metrics.`train loss`']],
    ['metrics."tr|', ['metrics.`train loss`']],
    ['dep|', ['params.depth']],
    ['sta|', ['status', 'started']],
    ['met|', ['metrics.', 'metrics.rmse', 'metrics.`train loss`', 'metrics.best_rmse']],
    ['datasets.d|', ['datasets.digest']],
    ['metrics.r| > 1', ['metrics.rmse > 1', 'metrics.`train loss` > 1', 'metrics.best_rmse > 1']],
    ['metrics.r|ms > 1', ['metrics.rmse > 1', 'metrics.`train loss` > 1', 'metrics.best_rmse > 1']],
    ['params.depth L|', ['params.depth LIKE']],
    ['params.depth IS N|', ['params.depth IS NULL', 'params.depth IS NOT NULL']],
    ['metrics.rmse |', ['=', '!=', '>', '>=', '<', '<='].map((operator) => `metrics.rmse ${operator}`)],
    ['metrics.rmse >|', ['metrics.rmse >=']],
    ['metrics.rmse > |', []],
    ['metrics.rmse > 1|', []],
    ['metrics.rmse > 1 |', ['metrics.rmse > 1 AND']],
    ['metrics.rmse > 1 a|', ['metrics.rmse > 1 AND']],
    ["status = 'run|", ["status = 'running'"]],
    ['status = "fa|', ['status = "failed"']],
    ["params.depth = '3|", ["params.depth = '3'"]],
    ["params.depth = '3'|", ["params.depth = '3' AND"]],
    ['params.depth = |', ["params.depth = '"]],
    ['status IN |', ['status IN (']],
    ["status IN ('failed', 'r|", ["status IN ('failed', 'running'"]],
    ["params.depth = '3' AND sou|", ["params.depth = '3' AND source"]],
    ['params.depth IS NULL |', ['params.depth IS NULL AND']],
    ['bogus. > 1 AND |', []],
  ])('goes on from %s', (marked, expected) => {
    expect(completed(marked)).toEqual(expected)
  })

  it('offers attributes, entities and keys where a condition begins', () => {
    expect(completed('|')).toEqual(expect.arrayContaining(['name', 'metrics.', 'metrics.rmse', 'tags.mlflow.user']))
    expect(completed("name = 'x' AND |").length).toBe(completed('|').length)
  })

  it('never fails, wherever the cursor stands', () => {
    const rng = createRng(5)
    const pieces = [
      'metrics.',
      'status',
      ' = ',
      "'",
      '"',
      '`',
      ' IN ',
      '(',
      ' AND ',
      ' NOT ',
      ' IS ',
      '1',
      ' ',
      'x',
      '.',
      ')',
      ',',
    ]
    for (let round = 0; round < 3_000; round++) {
      const text = Array.from({ length: rng.integer(10) }, () => pieces[rng.integer(pieces.length)]).join('')
      const cursor = rng.integer(text.length + 1)
      for (const { from, until } of completeFilter(text, cursor, RUN_GRAMMAR, fields)) {
        expect(from).toBeLessThanOrEqual(cursor)
        expect(until).toBeGreaterThanOrEqual(cursor)
      }
    }
  })
})
