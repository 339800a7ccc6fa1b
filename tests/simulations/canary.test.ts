import { describe, expect, it } from 'vitest'
import { AT_ITS_LIMITS, CANARY_POLICY, FAULTS, growingLooks, HEALTHY, simulateCanary } from './canary-traffic.ts'

// Looks lie ever further apart here; `npm run bench -- releases` looks a thousand times at each.
const ALPHA = 1 - CANARY_POLICY.confidence

const runs = (count: number) => Array.from({ length: count }, (_, i) => i)

describe('a canary that is judged again and again', () => {
  it('is rolled back in at most α of 1,000 simulations when it is healthy', () => {
    const looks = growingLooks(10, 2000, 1.3)
    const settings = { behaviour: HEALTHY, looks, controlRatio: 1, promotes: false }
    const rolledBack = runs(1000).filter(
      (i) => simulateCanary({ seed: `healthy ${i}`, ...settings }).verdict === 'roll-back',
    )
    expect(rolledBack.length / 1000).toBeLessThanOrEqual(ALPHA)
  })

  it('is rolled back in at most α of the simulations when it is as bad as is allowed', () => {
    const settings = { behaviour: AT_ITS_LIMITS, looks: growingLooks(10, 2000, 1.3), controlRatio: 1, promotes: false }
    const rolledBack = runs(400).filter(
      (i) => simulateCanary({ seed: `limits ${i}`, ...settings }).verdict === 'roll-back',
    )
    expect(rolledBack.length / 400).toBeLessThanOrEqual(ALPHA)
  })

  it('is promoted when it is healthy', () => {
    const settings = { behaviour: HEALTHY, looks: growingLooks(100, 20_000, 1.3), controlRatio: 3, promotes: true }
    const promoted = runs(40).filter((i) => simulateCanary({ seed: `good ${i}`, ...settings }).verdict === 'promote')
    expect(promoted.length).toBeGreaterThanOrEqual(38)
  })

  it.each(FAULTS)('is rolled back within $within requests: $name', ({ name, change, within }) => {
    const settings = {
      behaviour: { ...HEALTHY, ...change },
      looks: growingLooks(5, within, 1.2),
      controlRatio: 3,
      promotes: true,
    }
    const found = runs(40).map((i) => simulateCanary({ seed: `${name} ${i}`, ...settings }).verdict)
    expect(found.filter((verdict) => verdict === 'roll-back').length).toBeGreaterThanOrEqual(38)
    expect(found.filter((verdict) => verdict === 'promote').length).toBeLessThanOrEqual(40 * ALPHA)
  })
})
