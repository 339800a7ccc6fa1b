import { type Deployment, type Endpoint, endpointSchema, needSchema } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { endpointHealth, loadNeeds } from './endpoint-health.ts'

const AT = '2026-11-22T03:00:00.000Z'
const version = (number: number, given: Partial<Deployment> = {}) => ({
  model: 'late',
  version: number,
  role: 'stable',
  state: 'ready',
  since: AT,
  ...given,
})
const endpointOf = (...deployments: readonly object[]): Endpoint =>
  endpointSchema.parse({
    spec: { name: 'late', stable: 'late@champion' },
    deployments,
    traffic: [],
    predictionCount: 0,
    labelCount: 0,
    errorCount: 0,
    createdAt: AT,
  })
const healthOf = (...deployments: readonly object[]) =>
  endpointHealth({
    endpoint: endpointOf(...deployments),
    requestsPerSecond: [],
    monitor: undefined,
    windows: [],
    openAlerts: [],
  }).health

describe('an endpoint', () => {
  it('is broken when a version that it should serve cannot be loaded, though another goes on answering', () => {
    expect(healthOf(version(1))).toBe('unknown')
    expect(healthOf(version(1), version(2, { state: 'failed', error: 'no such file' }))).toBe('broken')
    expect(healthOf(version(1), version(2, { role: 'shadow', state: 'failed' }))).toBe('unknown')
    expect(healthOf(version(1), version(2, { state: 'loading' }))).toBe('unknown')
    expect(healthOf()).toBe('broken')
  })

  it('needs a person for each version that cannot be loaded', () => {
    const failed = version(2, { role: 'canary', state: 'failed', error: 'no such file' })
    const needs = loadNeeds([endpointOf(version(1)), endpointOf(version(1), failed)])
    expect(needs).toMatchObject([{ kind: 'failed-load', endpoint: 'late', deployment: { version: 2, role: 'canary' } }])
    expect(needs.map((need) => needSchema.parse(need))).toEqual(needs)
  })
})
