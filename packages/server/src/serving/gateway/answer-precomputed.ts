import { lookUp, type PrecomputedScores, servedOf } from '../precomputed/precomputed-scores.ts'
import type { EndpointLog } from '../prediction-log/index.ts'
import { type PredictCall, type ServedVersion, withRows } from './answer.ts'
import { entryOf, recordsOf } from './batch-records.ts'

/** What of an endpoint answers a request from scores that were computed before. */
export type PrecomputedWay = {
  readonly scores: PrecomputedScores
  readonly stable: ServedVersion
  readonly log: EndpointLog
  readonly abstainBelow: number | undefined
  readonly loggedAt: number
}

/**
 * Answers a request by its keys, logged like any other. It counts for no release: no version answered it now.
 *
 * @returns The request as the model shall be asked; undefined where it is answered.
 * @throws RegiaError `NOT_FOUND` for a row of a key alone that is not there; what writing the log throws.
 */
export function answerPrecomputed(way: PrecomputedWay, call: PredictCall): PredictCall | undefined {
  // Who chose a version by hand wants to hear that one.
  if (call.version !== undefined) return call
  const { scores, stable, log, abstainBelow, loggedAt } = way
  const inputs = new Set(stable.signature.inputs.map(({ name }) => name))
  const found = lookUp(scores, call.rows, inputs)
  if (found.kind === 'ask') return withRows(call, found.rows)
  const served = servedOf(scores, stable)
  const { predictions } = found
  const asked: PredictCall = { ...call, servedBy: 'precomputed', isOutOfRelease: true }
  const ids = log.append(recordsOf(served, [asked], predictions, loggedAt, abstainBelow).map(entryOf))
  call.done({ served, predictions, from: 0, count: call.rows.length, ids, servedBy: 'precomputed' })
  return undefined
}
