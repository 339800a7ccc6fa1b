import type { Experiment } from '@regia/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Count } from '../kernel/count.tsx'
import { Empty } from '../kernel/empty.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { ExperimentMenu } from './experiment-menu.tsx'
import classes from './experiments.module.css'
import type { ExperimentsSearch } from './search.ts'
import type { Undo } from './undo-bar.tsx'

type Row = Experiment & { readonly runCount: number }

type TableProps = {
  readonly search: ExperimentsSearch
  readonly selected: readonly string[]
  readonly onSelect: (id: string) => void
  readonly onUndo: (undo: Undo) => void
}

/** Experiments, the one that changed last first. */
export function ExperimentsTable({ search, selected, onSelect, onUndo }: TableProps) {
  const navigate = useNavigate()
  const pages = usePages<Row>(['experiments', 'pages', search.search, search.lifecycle], (page) =>
    api.experiments.list({
      ...page,
      ...(search.search && { search: search.search }),
      ...(search.lifecycle && { lifecycle: search.lifecycle }),
    }),
  )
  if (pages.error) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />
  return (
    <Card>
      <DataTable
        label="Experiments"
        {...pages}
        columns={[selectColumn(selected, onSelect), ...COLUMNS, menuColumn(onUndo)]}
        isSelected={(row) => selected.includes(row.id)}
        onSelect={(row) => onSelect(row.id)}
        keyOf={(row) => row.id}
        onOpen={(row) => void navigate({ to: '/experiments/$id', params: { id: row.id } })}
        empty={<NoExperiments search={search} />}
      />
    </Card>
  )
}

function NoExperiments({ search }: { readonly search: ExperimentsSearch }) {
  if (search.search) return <Empty>No experiment has “{search.search}” in its name.</Empty>
  if (search.lifecycle === 'deleted') return <Empty>No experiment is deleted.</Empty>
  return (
    <Empty command={`MLFLOW_TRACKING_URI=${window.location.origin} python train.py`}>
      An experiment keeps runs that are to be compared. The first run that track() or an mlflow client logs makes it.
    </Empty>
  )
}

const COLUMNS: readonly Column<Row>[] = [
  {
    id: 'name',
    title: 'Experiment',
    cell: (row) => (
      <Link to="/experiments/$id" params={{ id: row.id }} title={row.name}>
        <b>{row.name}</b>
      </Link>
    ),
  },
  { id: 'runs', title: 'Runs', isNumber: true, width: 110, cell: (row) => <Count value={row.runCount} /> },
  {
    id: 'changed',
    title: 'Last change',
    isNumber: true,
    width: 130,
    cell: (row) => <Ago at={row.updatedAt} />,
  },
  {
    id: 'note',
    title: 'Note',
    cell: (row) => <span title={row.note}>{row.note?.replace(/[#*_>`]+/g, '').slice(0, 200) ?? ''}</span>,
  },
]

const selectColumn = (selected: readonly string[], onSelect: (id: string) => void): Column<Row> => ({
  id: 'select',
  title: <span className={classes.hidden}>Selected</span>,
  width: 30,
  cell: (row) => (
    <input
      type="checkbox"
      tabIndex={-1}
      aria-label={`Select ${row.name}`}
      checked={selected.includes(row.id)}
      onChange={() => onSelect(row.id)}
    />
  ),
})

const menuColumn = (onUndo: (undo: Undo) => void): Column<Row> => ({
  id: 'menu',
  title: '',
  width: 60,
  cell: (row) => <ExperimentMenu experiment={row} onUndo={onUndo} isSmall />,
})
