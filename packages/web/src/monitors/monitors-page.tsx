import type { Monitor } from '@regia/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { formatPercent, formatScore } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { formatMinute } from '../kernel/time.ts'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { monitorHealth } from './monitor-health.ts'

const COLUMNS: readonly Column<Monitor>[] = [
  {
    id: 'name',
    title: 'Monitor',
    cell: (row) => (
      <>
        <Lamp health={monitorHealth(row)} />
        {'  '}
        <Link to="/monitors/$name" params={{ name: row.spec.name }}>
          <b>{row.spec.name}</b>
        </Link>
      </>
    ),
  },
  {
    id: 'endpoint',
    title: 'Watches',
    cell: (row) => (
      <Link to="/endpoints/$name" params={{ name: row.spec.endpoint }}>
        endpoint {row.spec.endpoint}
      </Link>
    ),
  },
  { id: 'window', title: 'Window', isNumber: true, cell: (row) => row.spec.window },
  { id: 'windows', title: 'Windows', isNumber: true, cell: (row) => row.windowCount },
  {
    id: 'score',
    title: 'Score, last window',
    isNumber: true,
    cell: ({ lastWindow }) => formatScore(lastWindow?.performance?.estimate?.value),
  },
  {
    id: 'coverage',
    title: 'Labels in',
    isNumber: true,
    cell: ({ lastWindow }) => formatPercent(lastWindow?.performance?.labelCoverage),
  },
  {
    id: 'drifted',
    title: 'Drifted columns',
    isNumber: true,
    cell: ({ lastWindow }) => lastWindow?.drift.filter((column) => column.isDrifted).length ?? '–',
  },
  { id: 'alerts', title: 'Open alerts', isNumber: true, cell: (row) => row.openAlertCount },
  {
    id: 'until',
    title: 'Looked until',
    isNumber: true,
    cell: ({ evaluatedUntil }) =>
      evaluatedUntil ? `${formatMinute(evaluatedUntil)} ${evaluatedUntil.slice(0, 4)}` : '–',
  },
]

/** What is being watched, and does any of it need me? */
export default function MonitorsPage() {
  const navigate = useNavigate()
  const pages = usePages(['monitors', 'list'], (query) => api.monitors.list(query))
  return (
    <Page title="Monitors" isTitleHidden cli="regia monitors list" http="GET /api/v1/monitors">
      {pages.error ? (
        <Problem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : (
        <Card>
          <DataTable
            label="Monitors"
            columns={COLUMNS}
            {...pages}
            keyOf={(row) => row.spec.name}
            onOpen={(row) => void navigate({ to: '/monitors/$name', params: { name: row.spec.name } })}
            empty={
              <Empty command="regia apply">
                Nothing is watched. Write a monitor in monitors/NAME.ts and apply it: it compares every window of an
                endpoint’s inputs and predictions with its training data, measures the score on labels as they arrive,
                and can start a retraining.
              </Empty>
            }
          />
        </Card>
      )}
    </Page>
  )
}
