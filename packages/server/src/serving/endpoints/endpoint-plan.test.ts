import { endpointSpecSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { planEndpoint } from './endpoint-plan.ts'

const spec = (fields: object) => endpointSpecSchema.parse({ name: 'late', stable: 'late@champion', ...fields })
const canary = { model: 'late@challenger', steps: [5, 50] }

describe('planEndpoint', () => {
  it('says what is new and what stays', () => {
    expect(planEndpoint(spec({}), undefined)).toEqual({ name: 'late', action: 'create', fields: [] })
    expect(planEndpoint(spec({ canary }), spec({ canary }))).toEqual({ name: 'late', action: 'keep', fields: [] })
  })

  it('shows each field before and after, down to the last one', () => {
    const now = { ...canary, steps: [1, 50], rollbackWhen: { p99Ms: 50 } }
    const { action, fields } = planEndpoint(spec({ canary: now, abstainBelow: 0.6 }), spec({ canary }))
    expect(action).toBe('change')
    expect(fields).toEqual([
      { field: 'canary.steps', before: [5, 50], after: [1, 50] },
      { field: 'canary.rollbackWhen.p99Ms', after: 50 },
      { field: 'abstainBelow', after: 0.6 },
    ])
    expect(planEndpoint(spec({}), spec({ canary })).fields).toMatchObject([{ field: 'canary', before: canary }])
  })

  it('does not take the version that a composition was given for a change', () => {
    const members = [
      { endpoint: 'north', weight: 1 },
      { endpoint: 'south', weight: 1 },
    ]
    const composed = (stable: object, weights = members) =>
      endpointSpecSchema.parse({ name: 'all', compose: { kind: 'weights', members: weights }, ...stable })
    expect(planEndpoint(composed({}), composed({ stable: 'all@1' })).action).toBe('keep')
    const other = members.map(({ endpoint }) => ({ endpoint, weight: 2 }))
    expect(planEndpoint(composed({}, other), composed({ stable: 'all@1' })).fields).toMatchObject([
      { field: 'compose.members' },
    ])
    expect(planEndpoint(spec({}), composed({ stable: 'all@1' })).fields).toContainEqual(
      expect.objectContaining({ field: 'stable', before: 'all@1' }),
    )
  })
})
