import type { ErrorBody, LeasedStep } from '@regia/core'
import { DISK_FULL_HINT, isDiskFull } from './disk-full.ts'
import { placeOf } from './place-of.ts'
import type { AttemptOutcome } from './step-executor.ts'

/** A process that ended before its step returned, told with its last words. */
export function crashOf(
  { step, attempt, memoryMb }: Pick<LeasedStep, 'step' | 'attempt' | 'memoryMb'>,
  { exitCode, signal, lastStderr }: Extract<AttemptOutcome, { readonly kind: 'exited' }>,
): ErrorBody {
  const how = signal !== null ? `signal ${signal}` : `exit code ${exitCode ?? 'unknown'}`
  const lastWords = lastStderr.join('\n').slice(-4_000)
  const isOutOfMemory = /heap out of memory|Allocation failed/i.test(lastWords)
  return {
    code: 'STEP_CRASHED',
    message: `The process of step "${step}" ended before the step returned (${how}).`,
    where: placeOf({ step, attempt }),
    hint: isDiskFull(lastWords)
      ? DISK_FULL_HINT
      : isOutOfMemory
        ? `It ran out of its ${memoryMb} MB of memory: raise resources.memoryMb, or read fewer columns and rows at once.`
        : signal === 'SIGKILL' || exitCode === 137
          ? 'Something outside ended it, often the system for want of memory: use less, or run fewer steps at once.'
          : 'Look for process.exit, or for a native library that fails; its last lines are in the log.',
    data: { exitCode: exitCode ?? null, signal: signal ?? null, lastStderr: lastWords },
  }
}
