import { Button } from '@mantine/core'
import { api } from '../kernel/api.ts'
import { plural } from '../kernel/format.ts'
import { useAct } from '../kernel/use-act.ts'
import classes from './experiments.module.css'
import type { RunsSearch } from './search.ts'
import type { Undo } from './undo-bar.tsx'

type SelectionBarProps = {
  readonly selected: readonly string[]
  readonly search: RunsSearch
  readonly onSearch: (next: RunsSearch) => void
  readonly onUndo: (undo: Undo) => void
}

/** What can be done with the runs that are selected. */
export function SelectionBar({ selected, search, onSearch, onUndo }: SelectionBarProps) {
  const { act, isActing } = useAct('tracking')
  const isDeleted = search.lifecycle === 'deleted'
  const change = () => {
    const [verb, back] = isDeleted ? (['restore', 'delete'] as const) : (['delete', 'restore'] as const)
    const text = `${plural(selected.length, 'run')} ${verb}d.`
    act(async () => {
      await all(verb, selected)
      onSearch({ selected: undefined })
      onUndo({ text, act: () => all(back, selected), done: `${plural(selected.length, 'run')} ${back}d.` })
    }, text)
  }
  return (
    <div className={classes.bar} role="toolbar" aria-label="Selected runs">
      {plural(selected.length, 'run')} selected
      <Button variant="filled" onClick={() => onSearch({ tab: 'compare' })} disabled={selected.length < 2}>
        Compare
      </Button>
      <Button onClick={() => onSearch({ tab: 'charts' })}>Charts</Button>
      <Button onClick={change} loading={isActing}>
        {isDeleted ? 'Restore' : 'Delete'}
      </Button>
      <Button onClick={() => onSearch({ selected: undefined })}>Clear</Button>
    </div>
  )
}

async function all(verb: 'delete' | 'restore', ids: readonly string[]): Promise<void> {
  for (const id of ids) await api.tracking[verb](id)
}
