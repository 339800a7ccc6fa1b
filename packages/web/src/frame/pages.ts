import type { Need } from '@regia/core'

export type PageLink = {
  readonly to:
    | '/'
    | '/data'
    | '/pipelines'
    | '/runs'
    | '/experiments'
    | '/schedules'
    | '/backfills'
    | '/models'
    | '/endpoints'
    | '/scoring-jobs'
    | '/monitors'
    | '/alerts'
    | '/notifiers'
  readonly title: string
  /** The needs that its count counts. */
  readonly needs?: readonly Need['kind'][]
}

/** The pages by life cycle: build, then run. */
export const GROUPS: readonly { readonly title: string; readonly pages: readonly PageLink[] }[] = [
  { title: '', pages: [{ to: '/', title: 'Overview' }] },
  {
    title: 'Build',
    pages: [
      { to: '/data', title: 'Data' },
      { to: '/pipelines', title: 'Pipelines' },
      { to: '/runs', title: 'Runs', needs: ['failed-run', 'approval'] },
      { to: '/experiments', title: 'Experiments' },
      { to: '/schedules', title: 'Schedules' },
      { to: '/backfills', title: 'Back-fills' },
      { to: '/models', title: 'Models', needs: ['alias-request'] },
    ],
  },
  {
    title: 'Run',
    pages: [
      { to: '/endpoints', title: 'Endpoints', needs: ['failed-load', 'promotion', 'release'] },
      { to: '/scoring-jobs', title: 'Scoring jobs' },
      { to: '/monitors', title: 'Monitors' },
      { to: '/alerts', title: 'Alerts', needs: ['alert'] },
      { to: '/notifiers', title: 'Notifiers' },
    ],
  },
]
