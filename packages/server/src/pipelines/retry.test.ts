import type { Attempt, ErrorCode } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { step } from '../../test/graphs.ts'
import { afterFailure } from './retry.ts'

const at = '2026-01-01T00:00:00.000Z'
const failed = (code: ErrorCode = 'USER_CODE_FAILED'): Attempt => ({
  number: 1,
  status: 'failed',
  queuedAt: at,
  error: { code, message: '' },
})
const lost: Attempt = { number: 1, status: 'lost', queuedAt: at }

describe('afterFailure', () => {
  it.each<[string, Attempt[], boolean, number, number | undefined]>([
    ['gives no second attempt by default', [failed()], true, 0, undefined],
    ['waits a second before the first retry', [failed()], true, 2, 1_000],
    ['doubles the wait', [failed(), failed()], true, 2, 2_000],
    ['ends when the retries are used up', [failed(), failed(), failed()], true, 2, undefined],
    ['does not retry what says that it is in vain', [failed()], false, 5, undefined],
    ['retries a lost worker without the author asking', [lost], true, 0, 1_000],
    ['does not count a lost worker as a failure of the step', [lost, lost, failed()], true, 1, 1_000],
    ['gives up on machinery that fails again and again', [lost, lost, lost, lost, lost, lost], true, 9, undefined],
    ['counts a stopped worker as machinery', [failed('UNAVAILABLE')], false, 0, 1_000],
    ['waits a minute at most', Array.from({ length: 12 }, () => failed()), true, 20, 60_000],
  ])('%s', (_, attempts, isRetryable, retries, delayMs) => {
    const expected = delayMs === undefined ? { retry: false } : { retry: true, delayMs }
    expect(afterFailure(attempts, isRetryable, { ...step('a'), retries })).toEqual(expected)
  })
})
