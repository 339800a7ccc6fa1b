import { Switch, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import type { Experiment } from '@regia/core'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { quoted } from '../kernel/command-text.ts'
import { Count } from '../kernel/count.tsx'
import { Empty } from '../kernel/empty.tsx'
import { plural } from '../kernel/format.ts'
import { LinkButton } from '../kernel/link-button.tsx'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { CreateExperiment } from './create-experiment.tsx'
import { ExperimentMenu } from './experiment-menu.tsx'
import classes from './experiments.module.css'
import { type ExperimentsSearch, partsOf, toggled } from './search.ts'
import { type Undo, UndoBar } from './undo-bar.tsx'

const route = getRouteApi('/experiments')
type Row = Experiment & { readonly runCount: number }

/** What is being tried, and where is the latest? */
export default function ExperimentsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const [undo, setUndo] = useState<Undo>()
  const selected = partsOf(search.selected)
  const [first, ...more] = selected
  const show = (next: ExperimentsSearch) =>
    void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  return (
    <Page
      title="Experiments"
      isTitleHidden
      cli={`regia experiments list${search.search ? ` --search ${quoted(search.search)}` : ''}${search.lifecycle ? ' --deleted' : ''}`}
      http={`GET /api/v1/experiments${search.search ? `?search=${encodeURIComponent(search.search)}` : ''}`}
    >
      <div className={classes.toolRow}>
        <SearchField value={search.search} onChange={(text) => show({ search: text })} />
        <Switch
          label="Deleted"
          checked={search.lifecycle === 'deleted'}
          onChange={(event) => show({ lifecycle: event.currentTarget.checked ? 'deleted' : undefined })}
        />
        <div className={classes.right}>
          {first !== undefined && (
            <LinkButton
              to="/experiments/$id"
              params={{ id: first }}
              search={{ experiments: more.join(',') || undefined }}
            >
              Runs of the {plural(more.length + 1, 'selected experiment')}
            </LinkButton>
          )}
          <LinkButton to="/experiments/$id" params={{ id: 'all' }}>
            All runs
          </LinkButton>
          <CreateExperiment />
        </div>
      </div>
      {undo && <UndoBar undo={undo} queryKey="experiments" onClose={() => setUndo(undefined)} />}
      <ExperimentsTable
        search={search}
        selected={selected}
        onSelect={(id) => show({ selected: toggled(selected, id) })}
        onUndo={setUndo}
      />
    </Page>
  )
}

type TableProps = {
  readonly search: ExperimentsSearch
  readonly selected: readonly string[]
  readonly onSelect: (id: string) => void
  readonly onUndo: (undo: Undo) => void
}

function ExperimentsTable({ search, selected, onSelect, onUndo }: TableProps) {
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

type SearchFieldProps = { readonly value: string | undefined; readonly onChange: (text: string | undefined) => void }

function SearchField({ value, onChange }: SearchFieldProps) {
  const field = useRef<HTMLInputElement>(null)
  const [text, setText] = useState(value ?? '')
  const change = useDebouncedCallback((next: string) => onChange(next || undefined), 200)
  useHotkeys([['/', () => field.current?.focus()]])
  return (
    <TextInput
      ref={field}
      type="search"
      aria-label="Find an experiment"
      placeholder="Find an experiment   /"
      value={text}
      w={280}
      onChange={(event) => {
        setText(event.currentTarget.value)
        change(event.currentTarget.value)
      }}
    />
  )
}
