import { endpointSpecSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { draftProblems, draftSpec, firstDraft, writtenSpec } from './release-draft.ts'
import { specFile } from './spec-code.ts'
import { specYaml } from './spec-yaml.ts'

const spec = endpointSpecSchema.parse({
  name: 'eta',
  stable: 'eta@champion',
  shadow: { model: 'eta@challenger' },
  limits: { maxQueueRows: 100 },
})

describe('a draft', () => {
  it('takes the place of any other release and leaves the rest as it was', () => {
    const made = draftSpec(spec, { ...firstDraft('eta@2'), steps: '5 % 25; 50', errorRate: '0.01' })
    expect(made).toEqual({
      name: 'eta',
      stable: 'eta@champion',
      limits: { maxQueueRows: 100 },
      canary: {
        model: 'eta@2',
        steps: [5, 25, 50],
        every: '30m',
        minimumRequests: 200,
        rollbackWhen: { errorRate: 0.01 },
        automatic: true,
      },
    })
    expect(endpointSpecSchema.parse(made).limits.maxQueueRows).toBe(100)
  })

  it.each(['canary', 'experiment', 'bandit', 'shadow'] as const)('of a %s is one that the server takes', (kind) => {
    expect(draftProblems(draftSpec(spec, { ...firstDraft('eta@2'), kind }))).toEqual([])
  })

  it('is refused where a field is empty or makes no sense, with the field', () => {
    const problems = (change: object) => draftProblems(draftSpec(spec, { ...firstDraft('eta@2'), ...change }))
    expect(problems({ minimumRequests: '' }).join()).toContain('canary.minimumRequests')
    expect(problems({ steps: '50, 5' }).join()).toContain('steps must rise')
    expect(problems({ every: 'soon' }).join()).toContain('canary.every')
    expect(problems({ kind: 'experiment', arms: ['eta@2', 'eta@3'], armPercent: '50' }).join()).toContain('control')
    expect(problems({ kind: 'bandit', arms: [] }).join()).toContain('bandit.arms')
  })

  it('writes down only what is not as by default', () => {
    expect(writtenSpec(endpointSpecSchema.parse({ name: 'eta', stable: 'eta@1' }))).toEqual({
      name: 'eta',
      stable: 'eta@1',
    })
  })
})

it('stands as the file that declares it', () => {
  const file = specFile({ name: 'eta', stable: 'eta@champion', canary: { model: "it's@2", steps: [5, 50] } })
  expect(file).toBe(
    [
      "import { endpoint } from 'regia'",
      '',
      'export default endpoint({',
      "  name: 'eta',",
      "  stable: 'eta@champion',",
      "  canary: { model: 'it\\'s@2', steps: [5, 50] },",
      '})',
      '',
    ].join('\n'),
  )
})

it('stands as YAML that a person would have written', () => {
  const rollbackWhen = { errorRate: 0.01, p99Ms: 250, latencyIncrease: 0.5, scoreShift: 0.25, meanScoreShift: 0.05 }
  const limits = { maxQueueRows: 100 }
  const made = specYaml({
    name: 'eta',
    stable: 'eta@champion',
    limits,
    canary: { model: "it's@2", steps: [5, 50], every: '30m', rollbackWhen },
  })
  expect(made).toMatchInlineSnapshot(`
    "endpoint: eta
    stable: eta@champion
    limits:
      maxQueueRows: 100
    canary:
      model: "it's@2"
      steps: [5, 50]
      every: 30m
      rollbackWhen:
        errorRate: 0.01
        p99Ms: 250
        latencyIncrease: 0.5
        scoreShift: 0.25
        meanScoreShift: 0.05
    "
  `)
})
