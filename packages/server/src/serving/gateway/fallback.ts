import { type Fallback, RegiaError, type Row, type ServedBy } from '@regia/core'
import type { Predictions } from '@regia/engine'
import type { Answer, PredictCall, ServedVersion } from './answer.ts'
import { faultOf } from './fault.ts'

/** How often something else answered since this process began, and why. */
export type FallbackCounts = { readonly late: number; readonly failed: number }

/** Answers in place of the version. It may throw, or fail the call. */
export type AnswerInstead = (call: PredictCall) => void

type GuardOptions = {
  readonly afterMs: number | undefined
  readonly servedBy: Extract<ServedBy, 'fallback' | 'constant'>
  readonly answerInstead: AnswerInstead
  readonly count: (why: keyof FallbackCounts) => void
}

/**
 * A request that something else answers when the version is late or fails; whoever is first answers it. What is the caller's own fault
 * stays so, and what nobody waits for is asked of nobody else.
 */
export function withFallback(
  call: PredictCall,
  { afterMs, servedBy, answerInstead, count }: GuardOptions,
): PredictCall {
  let isSettled = false
  let timer: NodeJS.Timeout | undefined
  let fault: unknown
  let fallback: 'not asked' | 'asked' | 'failed' = 'not asked'

  const settle = (answer: () => void): void => {
    if (isSettled) return
    isSettled = true
    clearTimeout(timer)
    answer()
  }
  const failedInstead = (): void => {
    fallback = 'failed'
    if (fault !== undefined) settle(() => call.fail(fault))
  }
  const askInstead = (why: keyof FallbackCounts, degraded: string): void => {
    if (isSettled || fallback !== 'not asked') return
    fallback = 'asked'
    count(why)
    const done = (answer: Answer) => settle(() => call.done({ ...answer, servedBy, degraded }))
    try {
      answerInstead({ ...call, servedBy, isOutOfRelease: true, done, fail: failedInstead })
    } catch {
      failedInstead()
    }
  }
  if (afterMs !== undefined) {
    const leftMs = Math.max(0, afterMs - (performance.now() - call.receivedAt))
    timer = setTimeout(() => askInstead('late', `The version had not answered within ${afterMs} ms.`), leftMs)
  }
  return {
    ...call,
    done: (answer) => settle(() => call.done(answer)),
    fail: (error) => {
      fault = error
      if (faultOf(error) !== 'version' || fallback === 'failed') settle(() => call.fail(error))
      else askInstead('failed', messageOf(error))
    },
  }
}

/** The rows as a simpler model wants them: the columns that it takes. */
export function onlyInputs(rows: readonly Row[], { signature }: ServedVersion): readonly Row[] {
  const names = signature.inputs.map(({ name }) => name)
  return rows.map((row) =>
    Object.fromEntries(names.filter((name) => Object.hasOwn(row, name)).map((name) => [name, row[name]!])),
  )
}

type Constant = Extract<Fallback, { readonly answer: unknown }>['answer']

/** The same answer for every row. Of a classifier the score is the probability of its positive class, else of the label; the other classes share the rest. */
export function constantPredictions(
  { score, label }: Constant,
  { signature }: ServedVersion,
  rowCount: number,
): Predictions {
  const scores = new Float32Array(rowCount).fill(score)
  const { classes, positive } = signature
  if (!classes || label === undefined) return { rowCount, scores }
  const scored = positive ?? label
  const row = classes.map((name) => (name === scored ? score : (1 - score) / (classes.length - 1)))
  return {
    rowCount,
    scores,
    classes: new Int32Array(rowCount).fill(classes.indexOf(label)),
    probabilities: Float32Array.from({ length: rowCount * row.length }, (_, i) => row[i % row.length]!),
  }
}

/** @throws RegiaError `INVALID_INPUT` for a constant that the model could not have answered. */
export function assertConstant(fallback: Fallback | undefined, { classes }: ServedVersion['signature']): void {
  if (!fallback || !('answer' in fallback)) return
  const { label } = fallback.answer
  if (classes ? label !== undefined && classes.includes(label) : label === undefined) return
  throw new RegiaError('INVALID_INPUT', `The fallback answers ${label === undefined ? 'no label' : `"${label}"`}.`, {
    where: 'fallback.answer.label',
    hint: classes
      ? `It must be one of ${classes.slice(0, 20).join(', ')}.`
      : 'A regression has no labels: leave it out.',
  })
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
