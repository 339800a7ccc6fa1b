import type { Report } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { reportMarkdown } from './report-markdown.ts'

const report: Report = {
  name: 'income',
  passed: false,
  checks: [
    { kind: 'a', name: 'predicts more than one class', status: 'passed', message: '2 classes' },
    { kind: 'b', name: 'precision | recall', status: 'failed', message: 'got 0.6,\nwanted at least <0.7>' },
  ],
  metrics: { auc: { value: 0.9, n: 100, interval: { lower: 0.85, upper: 0.95, confidence: 0.95 } } },
  baselines: { majority: { auc: { value: 0.5, n: 100 } } },
  curves: {},
  slices: [],
  rowCount: 16281,
  createdAt: '2026-11-22T04:37:12.000Z',
}

describe('reportMarkdown', () => {
  it('is a table that no text of a check can break', () => {
    expect(reportMarkdown('income@2', report)).toMatchInlineSnapshot(`
      "### ❌ income@2: 1 of 2 checks fail

      | | check | found |
      | --- | --- | --- |
      | ✅ | predicts more than one class | 2 classes |
      | ❌ | precision \\| recall | got 0.6, wanted at least &lt;0.7&gt; |

      | metric | model | majority |
      | --- | --- | --- |
      | auc | 0.9000 (0.8500 to 0.9500) | 0.5000 |

      Over 16,281 rows.
      "
    `)
  })
})
