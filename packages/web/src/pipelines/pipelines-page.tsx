import type { PipelineVersion, RunSummary } from '@regia/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Elapsed } from '../kernel/elapsed.tsx'
import { Empty } from '../kernel/empty.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'

type Listed = PipelineVersion & { readonly lastRun?: RunSummary }

const COLUMNS: readonly Column<Listed>[] = [
  {
    id: 'name',
    title: 'Pipeline',
    cell: (row) => (
      <Link to="/pipelines/$name" params={{ name: row.pipeline }}>
        <b>{row.pipeline}</b>
      </Link>
    ),
  },
  { id: 'description', title: 'Description', cell: (row) => row.graph.description || '–' },
  { id: 'version', title: 'Version', isNumber: true, cell: (row) => `v${row.version}` },
  { id: 'steps', title: 'Steps', isNumber: true, cell: (row) => row.graph.steps.length },
  { id: 'last', title: 'Last run', cell: (row) => (row.lastRun ? <LastRun run={row.lastRun} /> : 'never') },
  {
    id: 'took',
    title: 'Took',
    isNumber: true,
    cell: ({ lastRun }) => (lastRun ? <Elapsed from={lastRun.startedAt} until={lastRun.finishedAt} /> : '–'),
  },
  {
    id: 'cached',
    title: 'From cache',
    isNumber: true,
    cell: ({ lastRun }) => (lastRun ? `${lastRun.cachedStepCount} of ${lastRun.stepCount}` : '–'),
  },
]

function LastRun({ run }: { readonly run: RunSummary }) {
  return (
    <>
      <Lamp health={healthOfStatus(run.status)} label={run.status} />{' '}
      <Link to="/runs/$id" params={{ id: run.id }}>
        #{run.number}
      </Link>{' '}
      <Ago at={run.createdAt} />
    </>
  )
}

/** Which pipelines are there, and did their last runs succeed? */
export default function PipelinesPage() {
  const navigate = useNavigate()
  const pages = usePages<Listed>(['pipelines', 'list'], (query) => api.pipelines.list(query))
  return (
    <Page title="Pipelines" isTitleHidden cli="regia pipelines list" http="GET /api/v1/pipelines">
      {pages.error ? (
        <Problem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : (
        <Card>
          <DataTable
            label="Pipelines"
            columns={COLUMNS}
            {...pages}
            keyOf={(row) => row.pipeline}
            onOpen={(row) => void navigate({ to: '/pipelines/$name', params: { name: row.pipeline } })}
            empty={
              <Empty command="regia run PIPELINE">
                No pipeline yet. Write steps in pipelines/NAME.ts and say what they need and make; Regia finds the
                order, runs in parallel what can be, and takes from the cache what has not changed.
              </Empty>
            }
          />
        </Card>
      )}
    </Page>
  )
}
