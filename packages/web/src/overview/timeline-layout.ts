import type { TimelineEntry } from '@regia/core'

export type Axis = 'event' | 'wall'

/** Marks that stand so close that they would overlap become one. */
export type Cluster = { readonly fraction: number; readonly entries: readonly TimelineEntry[] }
export type Lane = { readonly kind: TimelineEntry['kind']; readonly clusters: readonly Cluster[] }
export type Timeline = { readonly from: number; readonly until: number; readonly lanes: readonly Lane[] }

const KINDS = ['deploy', 'data', 'run', 'alert', 'label'] as const
const CLOSEST = 0.025

export const entryTime = (entry: TimelineEntry, axis: Axis): number | undefined => {
  const at = axis === 'event' ? entry.eventTime : entry.at
  return at === undefined ? undefined : Date.parse(at)
}

/** Everything that changed on one axis, one lane a kind. `undefined` when nothing has a time on this axis. */
export function layOut(entries: readonly TimelineEntry[], axis: Axis, others: readonly number[]): Timeline | undefined {
  const timed = entries.flatMap((entry) => {
    const at = entryTime(entry, axis)
    return at === undefined ? [] : [{ entry, at }]
  })
  const times = [...timed.map(({ at }) => at), ...others]
  if (times.length === 0) return undefined
  const from = times.reduce((least, at) => Math.min(least, at))
  const until = Math.max(
    times.reduce((most, at) => Math.max(most, at)),
    from + 60_000,
  )
  const lanes = KINDS.flatMap((kind) => {
    const marks = timed.filter(({ entry }) => entry.kind === kind).sort((a, b) => a.at - b.at)
    return marks.length === 0 ? [] : [{ kind, clusters: cluster(marks, from, until) }]
  })
  return { from, until, lanes }
}

function cluster(
  marks: readonly { readonly entry: TimelineEntry; readonly at: number }[],
  from: number,
  until: number,
) {
  const clusters: { fraction: number; entries: TimelineEntry[] }[] = []
  for (const { entry, at } of marks) {
    const fraction = (at - from) / (until - from)
    const last = clusters.at(-1)
    if (last && fraction - last.fraction < CLOSEST) last.entries.push(entry)
    else clusters.push({ fraction, entries: [entry] })
  }
  return clusters
}
