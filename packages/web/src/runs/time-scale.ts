import type { Lane } from './timeline-model.ts'

/** A stretch of time, and how long it is drawn: milliseconds both, so that what is not shortened has the same for both. */
type Piece = { readonly from: number; readonly until: number; readonly drawnMs: number }
export type TimeScale = {
  readonly isShortened: boolean
  /** 0 to 1 from left to right. */
  readonly placeOf: (time: number) => number
  /** The time that stands at a place. */
  readonly timeAt: (place: number) => number
}

/** Idle time longer than all work together is drawn as this share of it. */
const IDLE_SHARE = 0.25

/**
 * Where moments of a run are drawn. While a person is waited for nothing else may happen for hours: such a stretch is shortened, so that
 * the work can be seen.
 */
export function createScale(lanes: readonly Lane[], start: number, end: number): TimeScale {
  const busy = mergeSpans(
    lanes.flatMap(({ spans }) => spans.filter(({ tone }) => tone !== 'blocked' && tone !== 'paused')),
  )
  const busyMs = busy.reduce((sum, span) => sum + span.until - span.from, 0)
  const isAsked = lanes.some(({ spans }) => spans.some(({ tone }) => tone === 'paused'))
  const pieces = piecesOf(busy, start, end, isAsked ? busyMs : Number.POSITIVE_INFINITY)
  const total = pieces.reduce((sum, { drawnMs }) => sum + drawnMs, 0) || 1
  return {
    isShortened: pieces.some(({ from, until, drawnMs }) => drawnMs < until - from),
    placeOf: (time) => {
      let drawn = 0
      for (const { from, until, drawnMs } of pieces) {
        if (time < until) return (drawn + (Math.max(0, time - from) / (until - from)) * drawnMs) / total
        drawn += drawnMs
      }
      return 1
    },
    timeAt: (place) => {
      let left = place * total
      for (const { from, until, drawnMs } of pieces) {
        if (left <= drawnMs) return from + (left / drawnMs) * (until - from)
        left -= drawnMs
      }
      return end
    },
  }
}

type Stretch = { readonly from: number; readonly until: number }

/** Stretches that overlap or touch, as one. */
function mergeSpans(spans: readonly Stretch[]): readonly Stretch[] {
  const merged: { from: number; until: number }[] = []
  for (const { from, until } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1)
    if (last && from <= last.until) last.until = Math.max(last.until, until)
    else merged.push({ from, until })
  }
  return merged
}

function piecesOf(busy: readonly Stretch[], start: number, end: number, longestIdleMs: number): readonly Piece[] {
  const pieces: Piece[] = []
  const add = (from: number, until: number, isIdle: boolean) => {
    const ms = until - from
    if (ms <= 0) return
    pieces.push({ from, until, drawnMs: isIdle && ms > longestIdleMs ? longestIdleMs * IDLE_SHARE : ms })
  }
  let at = start
  for (const { from, until } of busy) {
    add(at, from, true)
    add(Math.max(at, from), until, false)
    at = Math.max(at, until)
  }
  add(at, end, true)
  return pieces.filter(({ drawnMs }) => drawnMs > 0)
}
