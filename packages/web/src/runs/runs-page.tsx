import { Button, Checkbox, Menu, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useRef, useState } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { RUN_COLUMNS } from './run-columns.tsx'
import classes from './runs.module.css'
import { RunsTable } from './runs-table.tsx'
import { RUN_STATUS_CHOICES, type RunsSearch } from './search.ts'

const CompareRuns = lazy(() => import('./compare-runs.tsx'))
const route = getRouteApi('/runs')

/** What ran, and how did it go? */
export default function RunsPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const show = (next: RunsSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  const { hide, selected, ...filters } = search
  const hidden = hide?.split(',') ?? []
  const compared = selected?.split(',') ?? []
  const toggle = (id: string) => {
    const next = compared.includes(id) ? compared.filter((each) => each !== id) : [...compared, id]
    show({ selected: next.join(',') || undefined })
  }
  const query = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined))
  return (
    <Page
      title="Runs"
      isTitleHidden
      cli={`regia runs list${search.pipeline ? ` --pipeline ${search.pipeline}` : ''}`}
      http="GET /api/v1/runs"
    >
      <div className={classes.filters}>
        <SearchField value={search.search} onChange={(text) => show({ search: text })} />
        <Select
          aria-label="Status"
          placeholder="any status"
          data={[...RUN_STATUS_CHOICES]}
          value={search.status ?? null}
          onChange={(status) => show({ status: RUN_STATUS_CHOICES.find((each) => each === status) })}
          clearable
          w={140}
        />
        {search.pipeline && <Button onClick={() => show({ pipeline: undefined })}>only {search.pipeline} ✕</Button>}
        <ColumnChooser hidden={hidden} onChange={(next) => show({ hide: next.join(',') || undefined })} />
      </div>
      {compared.length > 0 && (
        <Suspense fallback={<Skeleton height={200} />}>
          <CompareRuns ids={compared} onClear={() => show({ selected: undefined })} />
        </Suspense>
      )}
      <RunsTable
        query={query}
        hidden={hidden}
        selected={compared}
        onSelect={toggle}
        onSort={(sort) => show({ sort })}
      />
    </Page>
  )
}

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
      aria-label="Filter runs"
      placeholder="Filter: name, number, param   /"
      value={text}
      w={280}
      onChange={(event) => {
        setText(event.currentTarget.value)
        change(event.currentTarget.value)
      }}
    />
  )
}

type ColumnChooserProps = { readonly hidden: readonly string[]; readonly onChange: (hidden: readonly string[]) => void }

function ColumnChooser({ hidden, onChange }: ColumnChooserProps) {
  return (
    <Menu position="bottom-end" closeOnItemClick={false}>
      <Menu.Target>
        <Button>Columns</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {RUN_COLUMNS.slice(1).map(({ id, title }) => {
          const isHidden = hidden.includes(id)
          return (
            <Menu.Item
              key={id}
              role="menuitemcheckbox"
              aria-checked={!isHidden}
              onClick={() => onChange(isHidden ? hidden.filter((each) => each !== id) : [...hidden, id])}
            >
              <Checkbox.Indicator checked={!isHidden} size="xs" mr={8} />
              {title}
            </Menu.Item>
          )
        })}
      </Menu.Dropdown>
    </Menu>
  )
}
