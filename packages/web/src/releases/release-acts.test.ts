import { canaryPolicySchema, type Endpoint, endpointSpecSchema, idSchema, type Release } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { actsOf, retryOf, sameAs } from './release-acts.ts'

const at = '2026-11-22T10:00:00.000Z'
const endpoint: Endpoint = {
  spec: endpointSpecSchema.parse({ name: 'eta', stable: 'eta@champion' }),
  deployments: [{ model: 'eta', version: 1, role: 'stable', state: 'ready', since: at }],
  traffic: [],
  predictionCount: 0,
  labelCount: 0,
  errorCount: 0,
  createdAt: at,
}
const figures = { requestCount: 0, errorCount: 0, invalidCount: 0, metrics: [] }
const canary: Release = {
  id: idSchema('release').parse('rel_0000000000000001'),
  endpoint: 'eta',
  kind: 'canary',
  state: 'running',
  policy: canaryPolicySchema.parse({ model: 'eta@2', steps: [5, 50] }),
  startedAt: at,
  stableVersion: 1,
  arms: [
    { version: 1, role: 'stable', model: 'eta@1', share: 0.95, ...figures },
    { version: 2, role: 'canary', model: 'eta@2', share: 0.05, ...figures },
  ],
  step: { place: 1, of: 2, percent: 5, since: at, until: at, requestCount: 0, neededCount: 200 },
  rules: [],
  verdict: 'wait',
  reason: 'waiting: 0 of 200 requests',
}
const names = (of: Endpoint) => actsOf(of).map(({ name, label }) => `${name}: ${label}`)

describe('what can be done about an endpoint', () => {
  it('is nothing while one version serves that had none before it', () => {
    expect(names(endpoint)).toEqual([])
    expect(names({ ...endpoint, rollbackVersion: 7 })).toEqual(['rollback: Roll back to v7'])
  })

  it('follows the state of a release, and always ends with taking it back', () => {
    const release = (change: Partial<Release>) => names({ ...endpoint, release: { ...canary, ...change } })
    expect(release({})).toEqual([
      'promote: Promote v2',
      'advance: Next step: 50\u00a0%',
      'pause: Pause',
      'stop: Stop',
      'rollback: Roll back',
    ])
    expect(release({ state: 'paused' })).toContain('resume: Resume')
    expect(release({ state: 'recommended' })).not.toContain('pause: Pause')
    const atLast = release({ step: { ...canary.step!, place: 2, percent: 50 } })
    expect(atLast.some((act) => act.startsWith('advance'))).toBe(false)
  })

  it('puts the winner of several versions first', () => {
    const arms = [...canary.arms, { ...canary.arms[1]!, version: 3 }]
    const [first, second] = actsOf({ ...endpoint, release: { ...canary, kind: 'experiment', arms, winner: 3 } })
    expect([first?.version, second?.version]).toEqual([3, 2])
    expect(first?.consequences.join(' ')).not.toContain('have not said so')
    expect(second?.consequences.join(' ')).toContain('have not said so')
  })

  it('says whom it concerns', () => {
    const back = actsOf({ ...endpoint, release: canary }).at(-1)
    expect(back?.consequences.join(' ')).toContain('The 5.0\u00a0% of the requests that v2 answers goes to v1')
  })
})

it('offers to try again only what ended without a promotion', () => {
  expect(retryOf({ ...canary, state: 'rolled-back' })?.title).toBe('Try v2 again on eta?')
  expect([retryOf(canary), retryOf({ ...canary, state: 'promoted' })]).toEqual([undefined, undefined])
})

it('gives the same as a command and as a call, with the reason as a shell takes it', () => {
  const [promote] = actsOf({ ...endpoint, release: canary })
  expect(promote && sameAs('eta', promote, "it's good")).toEqual({
    cli: "regia endpoints promote eta --version 2 --reason 'it'\\''s good'",
    http: 'POST /api/v1/endpoints/eta/promote {"version":2,"reason":"it\'s good"}',
  })
  const back = actsOf({ ...endpoint, rollbackVersion: 7 })[0]
  expect(back && sameAs('eta', back, undefined)).toEqual({
    cli: 'regia endpoints rollback eta',
    http: 'POST /api/v1/endpoints/eta/rollback',
  })
})
