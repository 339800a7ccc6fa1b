import type { LoggedNumber } from '@regia/core'

/** One thing that two runs have in common, or ought to. */
export type Compared = {
  readonly kind: 'status' | 'child' | 'param' | 'metric' | 'artifact' | 'output'
  readonly name: string
  /** In the run of then, and in the new one; nothing where it has none. */
  readonly before: string | undefined
  readonly now: string | undefined
  readonly isSame: boolean
}

/** What of a run counts as its outcome. Metrics are final values, artifacts digests, both by name. */
export type RunOutcome = {
  readonly status: string
  readonly params: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, LoggedNumber>>
  readonly artifacts: Readonly<Record<string, string>>
  /** Statuses of the runs inside of it. */
  readonly children?: Readonly<Record<string, string>>
  /** Of steps of a pipeline: digests by `step.output`. */
  readonly outputs?: Readonly<Record<string, string>>
}

export type ComparisonOptions = {
  /** See {@link isClose}. */
  readonly tolerance: number
  /** Names, or patterns with `*`, of what does not count. */
  readonly ignore: readonly string[]
}

/** Everything that either run has, compared by name. */
export function compareOutcomes(
  before: RunOutcome,
  now: RunOutcome,
  { tolerance, ignore }: ComparisonOptions,
): Compared[] {
  const isIgnored = matcher(ignore)
  const compare = (
    kind: Compared['kind'],
    earlier: Readonly<Record<string, LoggedNumber | string>> = {},
    later: Readonly<Record<string, LoggedNumber | string>> = {},
  ): Compared[] =>
    [...new Set([...Object.keys(earlier), ...Object.keys(later)])]
      .filter((name) => !isIgnored(name))
      .sort()
      .map((name) => ({
        kind,
        name,
        before: textOf(earlier[name]),
        now: textOf(later[name]),
        isSame: isEqual(earlier[name], later[name], kind === 'metric' ? tolerance : 0),
      }))
  return [
    { kind: 'status', name: 'status', before: before.status, now: now.status, isSame: before.status === now.status },
    ...compare('child', before.children, now.children),
    ...compare('param', before.params, now.params),
    ...compare('metric', before.metrics, now.metrics),
    ...compare('artifact', before.artifacts, now.artifacts),
    ...compare('output', before.outputs, now.outputs),
  ]
}

const textOf = (value: LoggedNumber | string | undefined): string | undefined =>
  value === undefined ? undefined : String(value)

function isEqual(
  then: LoggedNumber | string | undefined,
  now: LoggedNumber | string | undefined,
  tolerance: number,
): boolean {
  return typeof then === 'number' && typeof now === 'number' ? isClose(then, now, tolerance) : then === now
}

/** Whether two numbers differ by no more than the tolerance, relative to the first where that is above 1. 0 means equal. */
export const isClose = (then: number, now: number, tolerance: number): boolean =>
  Math.abs(then - now) <= tolerance * Math.max(1, Math.abs(then))

/** Whether a name is one of some patterns, in which `*` stands for any text. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const forms = patterns.map((pattern) => new RegExp(`^${pattern.split('*').map(escaped).join('.*')}$`, 's'))
  return (name) => forms.some((form) => form.test(name))
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
