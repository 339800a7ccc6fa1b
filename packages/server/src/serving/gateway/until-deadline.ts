import type { PredictCall } from './answer.ts'
import { tooLate } from './lanes/admission.ts'

/**
 * A request that is told at its deadline that nobody answered, though it is being answered elsewhere: what runs there cannot be called
 * back. An answer that comes after that is logged, and sent to nobody.
 *
 * @param deadlineAt - In the time of `performance.now()`.
 */
export function untilDeadline(call: PredictCall, deadlineAt: number): PredictCall {
  let isSettled = false
  const settle = (answer: () => void): void => {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    answer()
  }
  const leftMs = Math.max(0, deadlineAt - performance.now())
  const timer = setTimeout(() => settle(() => call.fail(tooLate())), leftMs)
  return {
    ...call,
    done: (answer) => settle(() => call.done(answer)),
    fail: (error) => settle(() => call.fail(error)),
  }
}
