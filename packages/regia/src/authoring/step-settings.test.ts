import { RegiaError } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { pipeline, step } from './index.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error instanceof RegiaError ? error.toBody() : error
  }
}
const here = expect.stringMatching(/step-settings\.test\.ts:\d+$/)

describe('a step’s settings', () => {
  it('reach the graph', () => {
    const busy = step({
      name: 'busy',
      description: 'Sends mail',
      tags: ['mail'],
      in: {},
      out: {},
      run: () => undefined,
      cache: { ttl: '1d' },
      backoff: { first: '5s', maximum: '2m' },
      infrastructureRetries: 1,
      atMostOnce: true,
      env: { TZ: 'UTC' },
      secrets: ['SMTP_PASSWORD'],
    })
    const { graph } = pipeline('p', {}, () => busy({}), { tags: ['nightly'], onFailure: 'stop' })
    expect(graph.onFailure).toBe('stop')
    expect(graph.steps[0]).toMatchObject({
      description: 'Sends mail',
      tags: ['nightly', 'mail'],
      cache: true,
      cacheTtlMs: 86_400_000,
      backoff: { firstMs: 5000, factor: 2, maximumMs: 120_000 },
      infrastructureRetries: 1,
      atMostOnce: true,
      env: { TZ: 'UTC' },
      secrets: ['SMTP_PASSWORD'],
    })
  })

  it('are refused where they stand', () => {
    const bad = (more: object) => errorOf(() => step({ name: 'ok', in: {}, out: {}, run: () => ({}), ...more }))
    for (const [setting, more] of Object.entries({
      retries: { retries: 1, atMostOnce: true },
      'backoff.first': { backoff: { first: 'soon' } },
      secrets: { secrets: ['NOT A NAME'] },
      tags: { tags: ['two words'] },
    })) {
      expect(bad(more)).toMatchObject({
        code: 'PIPELINE_INVALID',
        message: expect.stringContaining(setting),
        where: here,
      })
    }
  })
})
