import { Button } from '@mantine/core'
import type { ScoringJob } from '@regia/core'
import { getRouteApi } from '@tanstack/react-router'
import { useState } from 'react'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { JOB_ROW_HEIGHT, jobColumns } from './job-columns.tsx'
import { JobDetail } from './job-detail.tsx'
import { JobDialog } from './job-dialog.tsx'

const route = getRouteApi('/scoring-jobs')

/** What is scored while nobody waits, how far is it, and where is the result? */
export default function ScoringJobsPage() {
  const { job } = route.useSearch()
  const navigate = route.useNavigate()
  const pages = usePages<ScoringJob>(['scoring-jobs', 'list'], (query) => api.scoringJobs.list(query))
  const [isMaking, setMaking] = useState(false)
  const open = (id: string | undefined) => void navigate({ search: { job: id }, replace: true })
  return (
    <Page
      title="Scoring jobs"
      actions={
        <Button variant="filled" onClick={() => setMaking(true)} aria-haspopup="dialog">
          New scoring job…
        </Button>
      }
      cli={job ? `regia scoring-jobs show ${job}` : 'regia scoring-jobs list'}
      http={job ? `GET /api/v1/scoring-jobs/${job}` : 'GET /api/v1/scoring-jobs'}
    >
      {pages.error ? (
        <Problem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : (
        <Card>
          <DataTable
            label="Scoring jobs"
            rows={pages.rows}
            total={pages.total}
            keyOf={({ id }) => id}
            onOpen={({ id }) => open(id === job ? undefined : id)}
            isSelected={({ id }) => id === job}
            onMore={pages.onMore}
            isLoading={pages.isLoading}
            rowHeight={JOB_ROW_HEIGHT}
            maxHeight="min(60vh, 560px)"
            columns={jobColumns(job, open)}
            empty={
              <Empty command="regia score MODEL@champion --in DATASET --detach">
                Nothing is scored. A job scores a dataset or a file of any size with a model version, one job at a time,
                and keeps the result.
              </Empty>
            }
          />
        </Card>
      )}
      {job && <JobDetail id={job} />}
      {isMaking && (
        <JobDialog
          onClose={() => setMaking(false)}
          onStarted={({ id }) => {
            setMaking(false)
            open(id)
          }}
        />
      )}
    </Page>
  )
}
