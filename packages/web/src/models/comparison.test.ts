import type { ModelComparison } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { changeText, comparedSections, differences, judgementOf, shownText, verdictOf } from './comparison.ts'

const comparison: ModelComparison = {
  model: 'delays',
  before: 1,
  after: 2,
  metrics: [
    { name: 'auc', before: 0.7, after: 0.75, direction: 'higher' },
    { name: 'logLoss', before: 0.3, after: 0.4, direction: 'lower' },
    { name: 'rows', before: 10, after: 12 },
    { name: 'f1', after: 0.5, direction: 'higher' },
  ],
  checks: [],
  params: [{ name: 'trees', before: 100, after: 200 }],
  data: [],
  code: [{ name: 'code', before: 'sha256:1', after: undefined }],
  signature: [],
  size: [],
}

describe('two versions side by side', () => {
  it('says of each metric whether its change is good', () => {
    expect(comparison.metrics.map(changeText)).toEqual(['+0.05 better', '+0.1 worse', '+2', '–'])
    expect(verdictOf(comparison)).toMatch(/^v2 is better in auc, worse in logLoss than v1\./)
  })

  it('says so where nothing was scored', () => {
    expect(verdictOf({ ...comparison, metrics: [] })).toContain('was not scored by the same')
  })

  it('lists what there is, and what is not there as a dash', () => {
    expect(comparedSections(comparison)).toEqual([
      { title: 'Parameters', rows: [{ name: 'trees', before: '100', after: '200' }] },
      { title: 'Code', rows: [{ name: 'code', before: 'sha256:1', after: '–' }] },
    ])
  })

  it('leaves out what is the same, and names it', () => {
    const rows = [
      { name: 'a', before: '1', after: '2' },
      { name: 'b', before: '1', after: '1' },
    ]
    const same = { title: 'Data', rows: rows.slice(1) }
    expect(differences([{ title: 'Code', rows }, same])).toEqual({
      sections: [{ title: 'Code', rows: rows.slice(0, 1) }],
      same: ['Data'],
    })
  })

  it('judges only what has a direction and was measured twice', () => {
    expect(comparison.metrics.map(judgementOf)).toEqual(['better', 'worse', 'other', 'other'])
    expect(judgementOf({ name: 'auc', before: 0.7, after: 0.7, direction: 'higher' })).toBe('same')
  })

  it('shows a digest as people tell digests apart', () => {
    expect(shownText(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('0123456789')
    expect(shownText('sha256:1')).toBe('sha256:1')
  })
})
