import { Button } from '@mantine/core'
import type { Backfill } from '@regia/core'
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
import { BackfillActions } from './backfill-actions.tsx'
import { BackfillDialog } from './backfill-dialog.tsx'
import { BackfillGrid } from './backfill-grid.tsx'
import { backfillsQuery } from './queries.ts'
import classes from './schedules.module.css'
import type { BackfillsSearch } from './search.ts'

const route = getRouteApi('/backfills')

/** Which stretches of the past are run again, and how far are they? */
export default function BackfillsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(backfillsQuery(search.pipeline))
  const [isMaking, setMaking] = useState(false)
  const show = (next: BackfillsSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  const open = query.data?.items.find(({ id }) => id === search.backfill)
  return (
    <Page
      title="Back-fills"
      actions={
        <>
          {search.pipeline && <Button onClick={() => show({ pipeline: undefined })}>only {search.pipeline} ✕</Button>}
          <Button variant="filled" onClick={() => setMaking(true)} aria-haspopup="dialog">
            New back-fill…
          </Button>
        </>
      }
      cli={`regia backfill list${search.pipeline ? ` --pipeline ${search.pipeline}` : ''}`}
      http={`GET /api/v1/backfills${search.pipeline ? `?pipeline=${search.pipeline}` : ''}`}
    >
      <Loaded query={query} height={240}>
        {({ items }) => (
          <Card>
            {items.length === 0 ? (
              <Empty command="regia backfill start PIPELINE --from 2026-01-01 --until 2026-02-01 --every day --from-param date">
                Nothing is filled in. A back-fill runs a pipeline once for each day, week or month of a span, or for
                each of some values; what fails can be run again alone.
              </Empty>
            ) : (
              <Backfills items={items} open={search.backfill} onOpen={(backfill) => show({ backfill })} />
            )}
          </Card>
        )}
      </Loaded>
      {open && <BackfillGrid backfill={open} />}
      {isMaking && (
        <BackfillDialog
          pipeline={search.pipeline}
          onClose={() => setMaking(false)}
          onStarted={(backfill) => {
            setMaking(false)
            show({ backfill: backfill.id })
          }}
        />
      )}
    </Page>
  )
}

type BackfillsProps = {
  readonly items: readonly Backfill[]
  readonly open: string | undefined
  readonly onOpen: (id: string | undefined) => void
}

export function overText({ spec: { over } }: Backfill): string {
  return over.kind === 'time'
    ? `each ${over.every} from ${over.from} until ${over.until}`
    : `${over.values.length} values of ${over.param}`
}

function Backfills({ items, open, onOpen }: BackfillsProps) {
  return (
    <PlainTable
      label="Back-fills"
      rows={items}
      keyOf={(row) => row.id}
      columns={[
        {
          id: 'over',
          title: 'Back-fill',
          cell: (row) => (
            <>
              <Lamp health={healthOfStatus(row.status)} label={row.status} />
              <button
                type="button"
                className={classes.name}
                aria-expanded={open === row.id}
                onClick={() => onOpen(open === row.id ? undefined : row.id)}
              >
                {overText(row)}
              </button>
            </>
          ),
        },
        {
          id: 'pipeline',
          title: 'Pipeline',
          cell: (row) => (
            <Link to="/pipelines/$name" params={{ name: row.spec.pipeline }}>
              {row.spec.pipeline}
            </Link>
          ),
        },
        { id: 'status', title: 'Status', cell: (row) => row.status },
        {
          id: 'progress',
          title: 'Done',
          cell: (row) => (
            <>
              {row.succeeded} of {row.total}
              {row.failed > 0 && `, ${row.failed} failed`}
              <Progress value={(row.succeeded + row.failed) / Math.max(1, row.total)} label={`Progress of ${row.id}`} />
            </>
          ),
        },
        { id: 'at', title: 'Started', isNumber: true, cell: (row) => <Ago at={row.createdAt} /> },
        { id: 'acts', title: '', isNumber: true, cell: (row) => <BackfillActions backfill={row} /> },
      ]}
    />
  )
}
