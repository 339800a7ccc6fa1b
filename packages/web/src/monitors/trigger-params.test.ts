import { describe, expect, it } from 'vitest'
import { resolveTriggerParams } from './trigger-params.ts'

describe('resolveTriggerParams', () => {
  it('counts times back from the alert and leaves constants alone', () => {
    const params = {
      until: { alertTime: { minus: '1d', as: 'date' as const } },
      from: { alertTime: { minus: '36h', as: 'timestamp' as const } },
      trees: [120, 200],
      mode: null,
    }
    expect(resolveTriggerParams(params, '2001-05-10T00:00:00.000Z')).toEqual({
      until: '2001-05-09',
      from: '2001-05-08T12:00:00.000Z',
      trees: [120, 200],
      mode: null,
    })
  })
})
