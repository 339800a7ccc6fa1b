import { durationMs, type MonitorSpec, windowStart } from '@regia/core'

/** A window of one version at the moment in event time when something can be said of it. */
export type DueWindow = {
  readonly version: number
  readonly from: number
  readonly until: number
  /** Whether the labels that can be waited for have had their time. */
  readonly isFinal: boolean
  /** Event time at which this could first be said. */
  readonly dueAt: number
}

type Judged = { readonly version: number; readonly from: number; readonly isFinal: boolean }

/** How long after its end a window waits for labels, in milliseconds of event time; 0 for a monitor that needs none. */
export const labelDelayOf = ({ performance }: MonitorSpec): number =>
  performance ? durationMs(performance.labelDelay) : 0

/**
 * What can be said at a watermark and has not been said yet, in the order of event time.
 *
 * A window is judged twice where labels matter: at its end, when drift can be seen, and once more after the labels' delay. The order depends
 * only on event time, so that a monitor that looks late comes to the same verdicts as one that looked at once.
 *
 * @param hours - Hours in which a version was asked something.
 * @param judged - Windows with a verdict.
 */
export function dueWindows(
  spec: MonitorSpec,
  watermark: number,
  hours: readonly { readonly hour: number; readonly version: number }[],
  judged: readonly Judged[],
): readonly DueWindow[] {
  const length = durationMs(spec.window)
  const delay = labelDelayOf(spec)
  const done = new Map(judged.map(({ version, from, isFinal }) => [`${version}/${from}`, isFinal]))
  const windows = new Map(
    hours.map(({ hour, version }) => {
      const from = windowStart(hour, length)
      return [`${version}/${from}`, { version, from, until: from + length }]
    }),
  )
  return [...windows]
    .flatMap(([key, window]): DueWindow[] => {
      const atEnd = { ...window, isFinal: delay === 0, dueAt: window.until }
      const atLast = { ...window, isFinal: true, dueAt: window.until + delay }
      if (done.get(key) === true) return []
      return [...(done.has(key) ? [] : [atEnd]), ...(delay === 0 ? [] : [atLast])]
    })
    .filter(({ dueAt }) => dueAt <= watermark)
    .sort((a, b) => a.dueAt - b.dueAt || a.from - b.from || a.version - b.version)
}
