import type { EndpointHealth, Need, Overview, RunSummary, TimelineEntry } from '@regia/core'

/** What the first screen is made of. Each subject gives what it knows; `app.ts` brings them together. */
export type OverviewSources = {
  /** Newest first. */
  readonly runs: () => Promise<readonly RunSummary[]>
  readonly endpoints: () => Promise<readonly EndpointHealth[]>
  readonly needs: readonly (() => Promise<readonly Need[]>)[]
  readonly timeline: readonly (() => Promise<readonly TimelineEntry[]>)[]
  readonly server: Overview['server']
}

const MAX_NEEDS = 20
const MAX_TIMELINE = 200
/** Most urgent first. */
const URGENCY: Readonly<Record<Need['kind'], number>> = {
  'failed-load': 0,
  alert: 0,
  'failed-run': 1,
  approval: 2,
  'alias-request': 3,
  promotion: 4,
  release: 4,
}

export async function getOverview(sources: OverviewSources): Promise<Overview> {
  const [runs, endpoints, needs, timeline] = await Promise.all([
    sources.runs(),
    sources.endpoints(),
    gather(sources.needs),
    gather(sources.timeline),
  ])
  return {
    needs: [...needs].sort((a, b) => URGENCY[a.kind] - URGENCY[b.kind]).slice(0, MAX_NEEDS),
    endpoints: [...endpoints],
    runs: [...runs],
    timeline: [...timeline].sort((a, b) => b.at.localeCompare(a.at)).slice(0, MAX_TIMELINE),
    server: sources.server,
  }
}

async function gather<Item>(sources: readonly (() => Promise<readonly Item[]>)[]): Promise<readonly Item[]> {
  return (await Promise.all(sources.map((source) => source()))).flat()
}

const OPEN: ReadonlySet<RunSummary['status']> = new Set(['queued', 'running', 'paused'])

/** Runs that failed and that no later run of their pipeline has made good. */
export function failedRunNeeds(newestFirst: readonly RunSummary[]): readonly Need[] {
  const seen = new Set<string>()
  return newestFirst.flatMap((run): readonly Need[] => {
    if (seen.has(run.pipeline) || OPEN.has(run.status)) return []
    seen.add(run.pipeline)
    return run.status === 'failed' ? [{ kind: 'failed-run', run }] : []
  })
}

export const runEntry = (run: RunSummary): TimelineEntry => ({
  kind: 'run',
  title: `${run.pipeline} #${run.number} ${run.status}`,
  detail:
    run.error?.message ?? `${run.finishedStepCount} of ${run.stepCount} steps, ${run.cachedStepCount} from the cache`,
  at: run.finishedAt ?? run.startedAt ?? run.createdAt,
  link: { page: 'runs', id: run.id },
})
