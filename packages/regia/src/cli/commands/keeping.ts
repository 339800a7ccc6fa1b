import { command } from '../command.ts'

const gc = command({
  name: 'gc',
  summary: 'take away runs, cached results, scoring jobs and files that nobody needs any more',
  details:
    'Only says what would go; --apply does it. A run goes when it is neither among the newest of its pipeline nor young enough. Experiments, logged runs, models and versions that were deleted go once they can no longer be restored; scoring jobs that are over go with their results, but for those that made a version of a dataset. What a kept run, a dataset, a model version, an endpoint or a deployed pipeline needs always stays.',
  options: {
    keepRuns: { type: 'integer', value: 'N', description: 'keep so many of the newest runs of each pipeline (100)' },
    keepDays: { type: 'number', value: 'D', description: 'keep runs that ended within so many days (90)' },
    keepCacheDays: {
      type: 'number',
      value: 'D',
      description: 'keep cached results that no run holds for so many days (30)',
    },
    keepJobDays: {
      type: 'number',
      value: 'D',
      description: 'keep scoring jobs with their results, and optimisations, that ended within so many days (90)',
    },
    keepDeletedDays: {
      type: 'number',
      value: 'D',
      description: 'keep what was deleted restorable for so many days (30)',
    },
    apply: { type: 'flag', description: 'do it' },
  },
  examples: ['regia gc', 'regia gc --keep-runs 20 --keep-days 30 --apply'],
  load: async () => (await import('../actions/gc.ts')).gc,
})

const lineage = command({
  name: 'lineage',
  summary: 'show what made a thing and what depends on it',
  args: {
    kind: { description: 'dataset, run, artifact, model or endpoint' },
    ref: {
      description:
        'NAME@VERSION of a dataset; NAME@VERSION or NAME@ALIAS of a model; a run; RUN/STEP/OUTPUT; name of an endpoint',
    },
  },
  options: { depth: { type: 'integer', value: 'N', description: 'so many steps away at most (6)' } },
  examples: [
    'regia lineage model penguins@champion',
    'regia lineage dataset penguins@2',
    'regia lineage artifact latest/train/model',
  ],
  load: async () => (await import('../actions/lineage.ts')).lineage,
})

export const keepingCommands = [lineage, gc]
