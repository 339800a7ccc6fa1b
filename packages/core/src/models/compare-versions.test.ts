import { describe, expect, it } from 'vitest'
import { digestOf } from '../kernel/index.ts'
import { cardMarkdown } from './card-markdown.ts'
import { compareVersions } from './compare-versions.ts'
import type { ModelVersion } from './model.ts'

const at = '2026-03-01T00:00:00.000Z'

const version = (number: number, change: Partial<ModelVersion> = {}): ModelVersion => ({
  model: 'late',
  version: number,
  packaging: { status: 'packaged' },
  packageDigest: digestOf(`v${number}`),
  package: {
    format: 1,
    graph: digestOf(`g${number}`),
    graphSizeBytes: 1000 * number,
    signature: { inputs: [{ name: 'x', type: 'float', nullable: number === 2 }], task: 'regression', target: 'y' },
    example: { rows: [{ x: 1 }] },
    parity: { maxError: 0, rowCount: 1 },
    metrics: {},
    learner: { name: 'trees', params: { depth: number, rate: 0.1 } },
    featureImportance: [],
  },
  aliases: [],
  description: '',
  tags: {},
  stage: 'None',
  lineage: { datasets: [{ name: 'flights', version: 7 }], params: {}, artifacts: {} },
  createdAt: at,
  updatedAt: at,
  report: {
    name: 'checks',
    passed: true,
    checks: [{ kind: 'k', name: 'beats | majority', status: 'passed', message: 'by 0.1' }],
    metrics: {
      auc: { value: 0.7 + number / 100, n: 50, interval: { lower: 0.6, upper: 0.8, confidence: 0.95 } },
      rmse: { value: 1, n: 50 },
    },
    baselines: { majority: { auc: { value: 0.5, n: 50 } } },
    curves: {},
    slices: [],
    rowCount: 50,
    createdAt: at,
  },
  ...change,
})

describe('compareVersions', () => {
  it('puts what differs first, each with its direction', () => {
    const found = compareVersions(version(1), version(2), { before: 1.5 })
    expect(found).toMatchObject({ model: 'late', before: 1, after: 2 })
    expect(found.metrics).toEqual([
      { name: 'auc', before: 0.71, after: 0.72, direction: 'higher' },
      { name: 'rmse', before: 1, after: 1, direction: 'lower' },
    ])
    expect(found.params.map(({ name }) => name)).toEqual(['depth', 'learner', 'rate'])
    expect(found.signature[0]).toEqual({ name: 'input x', before: 'float', after: 'float?' })
    expect(found.size).toEqual([
      { name: 'bytes of the graph', before: 1000, after: 2000 },
      { name: 'median request in ms', before: 1.5 },
      { name: 'inputs', before: 1, after: 1 },
    ])
    expect(found.checks).toEqual([{ name: 'beats | majority', before: 'passed: by 0.1', after: 'passed: by 0.1' }])
  })

  it('says what only one of them has', () => {
    const {
      package: _,
      packageDigest: __,
      report: ___,
      ...bare
    } = version(2, {
      packaging: { status: 'refused' },
      source: 's3://x',
    })
    const found = compareVersions(version(1), bare)
    expect(found.metrics[0]).toEqual({ name: 'auc', before: 0.71, direction: 'higher' })
    expect(found.checks).toEqual([{ name: 'beats | majority', before: 'passed: by 0.1' }])
    expect(found.code).toEqual([{ name: 'source', after: 's3://x' }])
    expect(found.signature.every(({ after }) => after === undefined)).toBe(true)
  })
})

describe('cardMarkdown', () => {
  it('holds what people wrote and what was measured, with names that are no markup', () => {
    const card = cardMarkdown(version(2, { aliases: ['champion'] }), { purpose: 'Warns.', limits: '- not abroad' })
    expect(card).toContain('# late version 2\n')
    expect(card).toContain('## Purpose\n\nWarns.\n')
    expect(card).toContain('## Limits\n\n- not abroad\n')
    expect(card).toContain('| auc | 0.72 (0.6 to 0.8) | 0.5 | 50 |')
    expect(card).toContain('| beats \\| majority | passed | by 0.1 |')
    expect(card).toContain('- Datasets: flights version 7')
    expect(card).toContain('- Aliases: champion')
    expect(card.match(/^## /gm)).toHaveLength(10)
  })
})
