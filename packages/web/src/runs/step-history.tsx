import type { RunSummary, StepRun } from '@regia/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Elapsed } from '../kernel/elapsed.tsx'
import { Empty } from '../kernel/empty.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { lastRunsQuery, runQuery } from './queries.ts'

type Past = { readonly run: RunSummary; readonly stepRun: StepRun | undefined }

/** What came of a step in the last runs of its pipeline. */
export function StepHistory({ pipeline, step }: { readonly pipeline: string; readonly step: string }) {
  const list = useQuery(lastRunsQuery(pipeline))
  return (
    <Loaded query={list} height={160}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty command={`regia run ${pipeline}`}>It has not run yet.</Empty>
        ) : (
          <History runs={items} step={step} />
        )
      }
    </Loaded>
  )
}

function History({ runs, step }: { readonly runs: readonly RunSummary[]; readonly step: string }) {
  const queries = useQueries({ queries: runs.map((run) => runQuery(run.id)) })
  const rows = runs.map(
    (run, i): Past => ({ run, stepRun: queries[i]?.data?.steps.find((each) => each.step === step) }),
  )
  return (
    <Card>
      <PlainTable
        label="Last runs of this step"
        isTight
        rows={rows}
        keyOf={({ run }) => run.id}
        columns={[
          {
            id: 'run',
            title: 'Run',
            cell: ({ run, stepRun }) => (
              <>
                <Lamp health={healthOfStatus(stepRun?.status)} label={stepRun?.status ?? 'not in this run'} />
                <Link to="/runs/$id" params={{ id: run.id }} search={{ step }}>
                  #{run.number}
                </Link>
              </>
            ),
          },
          { id: 'status', title: 'Status', cell: ({ stepRun }) => stepRun?.status ?? 'not in it' },
          {
            id: 'took',
            title: 'Took',
            isNumber: true,
            cell: ({ stepRun }) => <Elapsed from={stepRun?.startedAt} until={stepRun?.finishedAt} />,
          },
          { id: 'attempts', title: 'Attempts', isNumber: true, cell: ({ stepRun }) => stepRun?.attempts.length ?? '–' },
          { id: 'version', title: 'Version', isNumber: true, cell: ({ run }) => `v${run.pipelineVersion}` },
          { id: 'at', title: 'When', isNumber: true, cell: ({ run }) => <Ago at={run.createdAt} /> },
        ]}
      />
    </Card>
  )
}
