import { Button } from '@mantine/core'
import type { ScoringJob } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Progress } from '../kernel/progress.tsx'
import { Card } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { JobActions } from './job-actions.tsx'
import { JobDetail } from './job-detail.tsx'
import { JobDialog } from './job-dialog.tsx'
import { inputText, progressText } from './job-text.ts'
import { scoringJobsQuery } from './queries.ts'
import classes from './scoring-jobs.module.css'

const route = getRouteApi('/scoring-jobs')

/** What is scored while nobody waits, how far is it, and where is the result? */
export default function ScoringJobsPage() {
  const { job } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(scoringJobsQuery)
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
      <Loaded query={query} height={240}>
        {({ items }) => (
          <Card>
            {items.length === 0 ? (
              <Empty command="regia score MODEL@champion --in DATASET --detach">
                Nothing is scored. A job scores a dataset or a file of any size with a model version, one job at a time,
                and keeps the result.
              </Empty>
            ) : (
              <Jobs items={items} open={job} onOpen={open} />
            )}
          </Card>
        )}
      </Loaded>
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

type JobsProps = {
  readonly items: readonly ScoringJob[]
  readonly open: string | undefined
  readonly onOpen: (id: string | undefined) => void
}

function Jobs({ items, open, onOpen }: JobsProps) {
  return (
    <PlainTable
      label="Scoring jobs"
      rows={items}
      keyOf={(row) => row.id}
      columns={[
        {
          id: 'input',
          title: 'Input',
          cell: (row) => (
            <>
              <Lamp health={healthOfStatus(row.status)} label={row.status} />
              <button
                type="button"
                className={classes.name}
                aria-expanded={open === row.id}
                onClick={() => onOpen(open === row.id ? undefined : row.id)}
              >
                {inputText(row)}
              </button>
            </>
          ),
        },
        {
          id: 'model',
          title: 'Model',
          cell: ({ model }) => (
            <Link to="/models/$name/$version" params={{ name: model.name, version: String(model.version) }}>
              {model.name} version {model.version}
            </Link>
          ),
        },
        { id: 'status', title: 'Status', cell: (row) => row.status },
        {
          id: 'progress',
          title: 'Done',
          cell: (row) => (
            <>
              {progressText(row)}
              {row.status === 'running' && <Progress value={row.progress.fraction} label={`Progress of ${row.id}`} />}
            </>
          ),
        },
        { id: 'at', title: 'Asked for', isNumber: true, cell: (row) => <Ago at={row.createdAt} /> },
        { id: 'acts', title: '', isNumber: true, cell: (row) => <JobActions job={row} /> },
      ]}
    />
  )
}
