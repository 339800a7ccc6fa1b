import { Button } from '@mantine/core'
import type { Schedule } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { useState } from 'react'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { schedulesQuery } from './queries.ts'
import { ScheduleActions } from './schedule-actions.tsx'
import { ScheduleDetail } from './schedule-detail.tsx'
import { ScheduleDialog } from './schedule-dialog.tsx'
import classes from './schedules.module.css'
import type { SchedulesSearch } from './search.ts'
import { whenText } from './when-text.ts'

const route = getRouteApi('/schedules')

/** What runs by itself, when next, and how did it go last? */
export default function SchedulesPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(schedulesQuery(search.pipeline))
  const [edited, setEdited] = useState<Schedule | 'new'>()
  const show = (next: SchedulesSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  return (
    <Page
      title="Schedules"
      actions={
        <>
          {search.pipeline && <Button onClick={() => show({ pipeline: undefined })}>only {search.pipeline} ✕</Button>}
          <Button variant="filled" onClick={() => setEdited('new')} aria-haspopup="dialog">
            New schedule…
          </Button>
        </>
      }
      cli={`regia schedules list${search.pipeline ? ` --pipeline ${search.pipeline}` : ''}`}
      http={`GET /api/v1/schedules${search.pipeline ? `?pipeline=${search.pipeline}` : ''}`}
    >
      <Loaded query={query} height={240}>
        {({ items }) => (
          <Card>
            {items.length === 0 ? (
              <Empty command="regia apply">
                Nothing runs by itself yet. A schedule runs a pipeline at times of the clock, when a dataset has a new
                version, when an alias moves, on an alert, or when somebody calls its webhook. Write one in
                schedules/NAME.ts and apply it, or make one here.
              </Empty>
            ) : (
              <Schedules
                items={items}
                open={search.schedule}
                onOpen={(schedule) => show({ schedule })}
                onEdit={setEdited}
              />
            )}
          </Card>
        )}
      </Loaded>
      {search.schedule !== undefined && query.data?.items.some(({ name }) => name === search.schedule) && (
        <ScheduleDetail schedule={query.data.items.find(({ name }) => name === search.schedule)} />
      )}
      {edited && (
        <ScheduleDialog schedule={edited === 'new' ? undefined : edited} onClose={() => setEdited(undefined)} />
      )}
    </Page>
  )
}

type SchedulesProps = {
  readonly items: readonly Schedule[]
  readonly open: string | undefined
  readonly onOpen: (name: string | undefined) => void
  readonly onEdit: (schedule: Schedule) => void
}

function Schedules({ items, open, onOpen, onEdit }: SchedulesProps) {
  return (
    <PlainTable
      label="Schedules"
      rows={items}
      keyOf={(row) => row.name}
      columns={[
        {
          id: 'name',
          title: 'Schedule',
          cell: (row) => (
            <>
              <Lamp
                health={row.isPaused ? 'unknown' : healthOfStatus(row.lastFiring?.outcome ?? 'well')}
                label={row.isPaused ? 'paused' : (row.lastFiring?.outcome ?? 'has not fired')}
              />
              <button
                type="button"
                className={classes.name}
                aria-expanded={open === row.name}
                onClick={() => onOpen(open === row.name ? undefined : row.name)}
              >
                {row.name}
              </button>
            </>
          ),
        },
        {
          id: 'pipeline',
          title: 'Pipeline',
          cell: (row) => (
            <>
              <Link to="/pipelines/$name" params={{ name: row.pipeline }}>
                {row.pipeline}
              </Link>
              {row.channel && `@${row.channel}`}
            </>
          ),
        },
        { id: 'when', title: 'Runs on', cell: (row) => whenText(row.when) },
        {
          id: 'next',
          title: 'Next',
          isNumber: true,
          cell: (row) => (row.isPaused ? 'paused' : row.nextAt ? <Ago at={row.nextAt} /> : '–'),
        },
        {
          id: 'last',
          title: 'Last',
          isNumber: true,
          cell: (row) =>
            row.lastFiring ? (
              <span title={row.lastFiring.reason}>
                {row.lastFiring.outcome} <Ago at={row.lastFiring.firedAt} />
              </span>
            ) : (
              'never'
            ),
        },
        { id: 'acts', title: '', isNumber: true, cell: (row) => <ScheduleActions schedule={row} onEdit={onEdit} /> },
      ]}
    />
  )
}
