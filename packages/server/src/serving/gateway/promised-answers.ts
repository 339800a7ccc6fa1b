import type { ServedEndpointSpec } from '@regia/core'
import { type Answer, type PredictCall, withRows } from './answer.ts'
import type { AnsweredBatches } from './answered-batches.ts'
import { notReady } from './endpoint-refusals.ts'
import type { EndpointVersions } from './endpoint-versions.ts'
import { constantPredictions, type FallbackCounts, onlyInputs, withFallback } from './fallback.ts'

export type PromisedAnswersOptions = {
  /** The endpoint as it is meant now. */
  readonly specOf: () => ServedEndpointSpec
  readonly versions: EndpointVersions
  readonly answered: AnsweredBatches
  /** Told of each answer by the fallback. */
  readonly onFallback: ((why: keyof FallbackCounts) => void) | undefined
}

/** What an endpoint promises about every answer: something in time, and what the asker is told of it. */
export class PromisedAnswers {
  readonly #options: PromisedAnswersOptions
  readonly #counts = { late: 0, failed: 0 }

  constructor(options: PromisedAnswersOptions) {
    this.#options = options
  }

  /** How often the fallback answered. */
  get fallbackCounts(): FallbackCounts {
    return this.#counts
  }

  /** The request itself where nothing is promised. */
  guard(call: PredictCall): PredictCall {
    const { fallback, abstainBelow, topK } = this.#options.specOf()
    const shown = abstainBelow === undefined && topK === undefined ? call : withShown(call, { abstainBelow, topK })
    if (!fallback) return shown
    return withFallback(shown, {
      afterMs: fallback.afterMs,
      servedBy: 'answer' in fallback ? 'constant' : 'fallback',
      answerInstead: this.#answerInstead,
      count: this.countFallback,
    })
  }

  /** Something else answered in place of the version. */
  readonly countFallback = (why: keyof FallbackCounts): void => {
    this.#options.onFallback?.(why)
    this.#counts[why]++
  }

  readonly #answerInstead = (call: PredictCall): void => {
    const { specOf, versions, answered } = this.#options
    const spec = specOf()
    const { fallback } = spec
    const served = fallback && 'answer' in fallback ? versions.stable : versions.fallback
    if (!fallback || !served) throw notReady(spec)
    if ('answer' in fallback) {
      const predictions = constantPredictions(fallback.answer, served, call.rows.length)
      answered.take(served, { calls: [call], predictions })
    } else served.predict(withRows(call, onlyInputs(call.rows, served)))
  }
}

type Shown = { readonly abstainBelow: number | undefined; readonly topK: number | undefined }

const withShown = (call: PredictCall, { abstainBelow, topK }: Shown): PredictCall => ({
  ...call,
  done: (answer: Answer) =>
    call.done({ ...answer, ...(abstainBelow !== undefined && { abstainBelow }), ...(topK !== undefined && { topK }) }),
})
