import { Switch, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { getRouteApi } from '@tanstack/react-router'
import { useRef, useState } from 'react'
import { quoted } from '../kernel/command-text.ts'
import { plural } from '../kernel/format.ts'
import { LinkButton } from '../kernel/link-button.tsx'
import { Page } from '../kernel/page.tsx'
import { CreateExperiment } from './create-experiment.tsx'
import classes from './experiments.module.css'
import { ExperimentsTable } from './experiments-table.tsx'
import { type ExperimentsSearch, partsOf, toggled } from './search.ts'
import { type Undo, UndoBar } from './undo-bar.tsx'

const route = getRouteApi('/experiments')

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
