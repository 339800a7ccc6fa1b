import type { RunSummary } from '@regia/core'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Elapsed } from '../kernel/elapsed.tsx'
import { formatCell, formatNumber } from '../kernel/format.ts'
import { healthOfStatus } from '../kernel/health.ts'
import { Lamp } from '../kernel/lamp.tsx'
import type { Column } from '../table/data-table.tsx'
import { TriggerText } from './trigger-text.tsx'

const entriesText = (values: Readonly<Record<string, unknown>>, format: (value: unknown) => string) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${format(value)}`)
    .join(' · ')

/** What a person asks first stands first; long texts come last, where a narrow window may cut them. */
export const RUN_COLUMNS: readonly Column<RunSummary>[] = [
  {
    id: 'run',
    title: 'Run',
    sortBy: 'number',
    cell: (row) => (
      <>
        <Lamp health={healthOfStatus(row.status)} label={row.status} />
        {'  '}
        <Link to="/runs/$id" params={{ id: row.id }}>
          <b>
            {row.pipeline} #{row.number}
          </b>
        </Link>
      </>
    ),
  },
  { id: 'status', title: 'Status', sortBy: 'status', cell: (row) => row.status },
  { id: 'at', title: 'When', isNumber: true, sortBy: 'createdAt', cell: (row) => <Ago at={row.createdAt} /> },
  {
    id: 'steps',
    title: 'Steps',
    isNumber: true,
    cell: (row) => (
      <span title={`${row.cachedStepCount} from cache`}>
        {row.finishedStepCount} of {row.stepCount}
        {row.cachedStepCount > 0 && `, ${row.cachedStepCount} cached`}
      </span>
    ),
  },
  {
    id: 'duration',
    title: 'Took',
    isNumber: true,
    cell: (row) => <Elapsed from={row.startedAt} until={row.finishedAt} />,
  },
  { id: 'trigger', title: 'Started', cell: (row) => <TriggerText trigger={row.trigger} /> },
  {
    id: 'metrics',
    title: 'Metrics',
    cell: (row) => {
      const text = entriesText(row.metrics, (value) => formatNumber(typeof value === 'number' ? value : undefined))
      return <span title={text}>{text || '–'}</span>
    },
  },
  {
    id: 'params',
    title: 'Params',
    cell: (row) => {
      const text = entriesText(row.params, formatCell)
      return <span title={text}>{text || '–'}</span>
    },
  },
]

/** Boxes to select runs for a comparison; the keyboard does it with Space on the row. */
export const selectColumn = (selected: readonly string[], onSelect: (id: string) => void): Column<RunSummary> => ({
  id: 'select',
  title: '',
  width: 30,
  cell: (row) => (
    <input
      type="checkbox"
      tabIndex={-1}
      aria-label={`Compare ${row.pipeline} #${row.number}`}
      checked={selected.includes(row.id)}
      onChange={() => onSelect(row.id)}
    />
  ),
})
