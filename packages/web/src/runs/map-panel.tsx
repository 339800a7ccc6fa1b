import { Select } from '@mantine/core'
import type { MapItem, Run, StepRun } from '@regia/core'
import { useState } from 'react'
import { Histogram } from '../charts/bars.tsx'
import { mapText } from '../graph/state-text.tsx'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, formatDuration } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { MapItemDetail } from './map-item-detail.tsx'
import { mapEdges, mapShares } from './map-model.ts'
import { isActive } from './run-state.ts'
import classes from './runs.module.css'

type MapPanelProps = { readonly run: Run; readonly stepRun: StepRun }

/** The elements of a mapped step: how far they are, how long they took, and each of them. */
export function MapPanel({ run, stepRun }: MapPanelProps) {
  const { map } = stepRun
  const [status, setStatus] = useState<string>()
  if (!map) return <p className={classes.muted}>Its elements are known when its input is there.</p>
  return (
    <div className={classes.stack}>
      <MapProgress map={map} />
      <Section
        title="Elements"
        actions={
          <Select
            aria-label="Status of elements"
            placeholder="any status"
            data={[...ITEM_STATUSES]}
            value={status ?? null}
            onChange={(next) => setStatus(next ?? undefined)}
            clearable
            w={140}
          />
        }
      >
        <Elements run={run} step={stepRun.step} status={status} />
      </Section>
    </div>
  )
}

const ITEM_STATUSES = ['waiting', 'queued', 'running', 'succeeded', 'cached', 'failed', 'cancelled'] as const

function MapProgress({ map }: { readonly map: NonNullable<StepRun['map']> }) {
  return (
    <div className={classes.map}>
      <p>
        <b>{mapText(map)}</b>
        {map.running > 0 && ` · ${formatCount(map.running)} running`}
        {map.waiting > 0 && ` · ${formatCount(map.waiting)} waiting`}
        {map.cached > 0 && ` · ${formatCount(map.cached)} from cache`}
      </p>
      <div className={classes.mapShares} role="img" aria-label={`Elements: ${mapText(map)}`}>
        {mapShares(map).map(({ state, share }) => (
          <i key={state} data-state={state} style={{ width: `${share * 100}%` }} title={state} />
        ))}
      </div>
      {map.slowestMs > 0 && (
        <figure aria-label="How long elements took">
          <Histogram edges={mapEdges(map)} counts={map.durations} />
          <figcaption>
            <span>0</span>
            <span>how long finished elements took</span>
            <span>{formatDuration(map.slowestMs)}</span>
          </figcaption>
        </figure>
      )}
    </div>
  )
}

const COLUMNS: readonly Column<MapItem>[] = [
  { id: 'index', title: '#', isNumber: true, width: 60, cell: (row) => row.index },
  {
    id: 'label',
    title: 'Element',
    cell: (row) => (
      <>
        <Lamp health={healthOfStatus(row.status)} label={row.status} />
        <span title={row.label}>{row.label}</span>
      </>
    ),
  },
  { id: 'status', title: 'Status', cell: (row) => row.status },
  { id: 'took', title: 'Took', isNumber: true, cell: (row) => formatDuration(row.durationMs) },
  { id: 'attempts', title: 'Attempts', isNumber: true, cell: (row) => row.attempts.length },
  { id: 'error', title: 'Error', cell: (row) => <span title={row.error?.message}>{row.error?.message ?? '–'}</span> },
]

type ElementsProps = { readonly run: Run; readonly step: string; readonly status: string | undefined }

function Elements({ run, step, status }: ElementsProps) {
  const [open, setOpen] = useState<number>()
  // Not under the key of runs: each of their events would read all pages anew.
  const pages = usePages<MapItem>(
    ['map-items', run.id, step, status ?? ''],
    (page) => api.runs.mapItems(run.id, step, { ...page, ...(status && { status }) }),
    { isLive: isActive(run) },
  )
  if (pages.error) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />
  const item = pages.rows.find((row) => row.index === open)
  return (
    <div className={classes.stack}>
      <Card>
        <DataTable
          label="Elements"
          columns={COLUMNS}
          {...pages}
          keyOf={(row) => String(row.index)}
          isSelected={(row) => row.index === open}
          onOpen={(row) => setOpen(row.index === open ? undefined : row.index)}
          maxHeight={330}
          empty={<Empty>{status ? `No element is ${status}.` : 'It has no elements.'}</Empty>}
        />
      </Card>
      {item && <MapItemDetail key={item.index} run={run} step={step} item={item} />}
    </div>
  )
}
