/** Where an endpoint's events are in time, in milliseconds since 1970. */
export type WatermarkState = {
  readonly at: number
  /** So many predictions in a row spoke of another time. */
  readonly elsewhereCount: number
}

/** Events are expected to go on within a day of where they are. */
const STEP_MS = 86_400_000
/** So many predictions in a row elsewhere mean that the events have moved there. */
const MOVED_AFTER = 20

/**
 * Takes notice of a prediction's event time.
 *
 * The watermark is the latest event time, but one odd prediction does not move it: during a replay of last year somebody tries the endpoint
 * with a row of today, and all windows of last year would be over. A jump of more than a day, forward or back, counts once twenty
 * predictions in a row have made it.
 *
 * @param state - `undefined` before the first prediction.
 */
export function observeEventTime(state: WatermarkState | undefined, at: number): WatermarkState {
  if (!state) return { at, elsewhereCount: 0 }
  if (at > state.at - STEP_MS && at <= state.at + STEP_MS) {
    return at <= state.at && state.elsewhereCount === 0 ? state : { at: Math.max(at, state.at), elsewhereCount: 0 }
  }
  const elsewhereCount = state.elsewhereCount + 1
  return elsewhereCount < MOVED_AFTER ? { ...state, elsewhereCount } : { at, elsewhereCount: 0 }
}
