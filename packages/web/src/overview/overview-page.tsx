import type { Overview } from '@regia/core'
import { type UseQueryResult, useQuery } from '@tanstack/react-query'
import { DemoPanel } from '../demo/demo-panel.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Section } from '../kernel/section.tsx'
import { EndpointTable } from './endpoint-table.tsx'
import { Needs } from './needs.tsx'
import classes from './overview.module.css'
import { overviewQuery } from './queries.ts'
import { RecentRuns } from './recent-runs.tsx'
import { WhatChanged } from './what-changed.tsx'

/** What is in production, is it well, what needs me. */
export function OverviewPage() {
  const query = useQuery(overviewQuery)
  return (
    <Page title="Overview" isTitleHidden cli="regia overview" http="GET /api/v1/overview">
      {query.error && !query.data ? (
        <Problem error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Sections query={query} />
      )}
    </Page>
  )
}

function Sections({ query }: { readonly query: UseQueryResult<Overview> }) {
  const count = query.data?.endpoints.length ?? 0
  return (
    <>
      <Section title="Needs you" note={query.data && (query.data.needs.length || 'nothing now')}>
        <Loaded query={query} height={74}>
          {(overview) => <Needs needs={overview.needs} />}
        </Loaded>
      </Section>
      <DemoPanel />
      <Section title="Endpoints" note={count > 0 && `${count} in production`}>
        <Loaded query={query} height={120}>
          {(overview) => <EndpointTable endpoints={overview.endpoints} />}
        </Loaded>
      </Section>
      <div className={classes.two}>
        <Section title="Pipelines" note="latest runs">
          <Loaded query={query} height={240}>
            {(overview) => <RecentRuns runs={overview.runs} />}
          </Loaded>
        </Section>
        <Loaded query={query} height={240}>
          {(overview) => <WhatChanged entries={overview.timeline} endpoints={overview.endpoints} />}
        </Loaded>
      </div>
    </>
  )
}
