import type { Garbage } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatBytes, plural } from './format.ts'

type GcInput = {
  readonly keepRuns: number | undefined
  readonly keepDays: number | undefined
  readonly keepCacheDays: number | undefined
  readonly keepJobDays: number | undefined
  readonly keepDeletedDays: number | undefined
  readonly apply: boolean
}

export const gc: Action<GcInput> = async (input, context) => {
  const { client } = await context.connect()
  const { keepRuns, keepDays, keepCacheDays, keepJobDays, keepDeletedDays, apply } = input
  const collecting = client.collectGarbage({
    dryRun: !apply,
    ...(keepRuns !== undefined && { keepRuns }),
    ...(keepDays !== undefined && { keepDays }),
    ...(keepCacheDays !== undefined && { keepCacheDays }),
    ...(keepJobDays !== undefined && { keepJobDays }),
    ...(keepDeletedDays !== undefined && { keepDeletedDays }),
  })
  const garbage = await context.output.waiting('Looking for what nobody needs', collecting)
  context.output.result(garbage, () => describeGarbage(garbage, context.output))
}

function describeGarbage(garbage: Garbage, { style }: Output): string {
  const { isDryRun, runs, cacheEntries, scoringJobs, optimisations, purged, blobs, bytes, examples } = garbage
  const what = [
    plural(runs, 'run'),
    `${plural(cacheEntries, 'cached result')}`,
    ...(scoringJobs === 0 ? [] : [plural(scoringJobs, 'scoring job')]),
    ...(optimisations === 0 ? [] : [plural(optimisations, 'optimisation')]),
    ...describePurged(purged),
    `${plural(blobs, 'blob')} (${formatBytes(bytes)})`,
  ]
  const more = runs > examples.length ? [`  … and ${runs - examples.length} more`] : []
  const isEmpty =
    runs +
      cacheEntries +
      scoringJobs +
      optimisations +
      blobs +
      Object.values(purged).reduce((sum, count) => sum + count, 0) ===
    0
  return [
    isEmpty
      ? 'Nothing to take away.'
      : `${isDryRun ? 'Would take away' : `${style.green('✓')} Took away`} ${what.join(', ')}.`,
    ...examples.map((example) => `  ${example}`),
    ...more,
    style.dim(`Kept: ${plural(garbage.keptBlobs, 'blob')} (${formatBytes(garbage.keptBytes)}).`),
    ...(isDryRun && !isEmpty ? ['Nothing was taken away: this is a dry run. Add --apply to do it.'] : []),
  ].join('\n')
}

/** What had been deleted; kinds of which nothing goes are not named. */
const describePurged = ({ experiments, runs, loggedModels, models, versions }: Garbage['purged']): readonly string[] =>
  (
    [
      [experiments, 'deleted experiment'],
      [runs, 'deleted logged run'],
      [loggedModels, 'deleted logged model'],
      [models, 'deleted registered model'],
      [versions, 'deleted version'],
    ] as const
  ).flatMap(([count, what]) => (count === 0 ? [] : [plural(count, what)]))
