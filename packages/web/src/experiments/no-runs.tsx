import { Button } from '@mantine/core'
import { Empty } from '../kernel/empty.tsx'
import classes from './experiments.module.css'
import type { RunsSearch } from './search.ts'

type NoRunsProps = { readonly search: RunsSearch; readonly onSearch: (next: RunsSearch) => void }

/** Why there is nothing here, and how something comes to be. */
export function NoRuns({ search, onSearch }: NoRunsProps) {
  if (search.filter) {
    return (
      <div className={classes.nothing}>
        <Empty>No run fits the filter.</Empty>
        <Button onClick={() => onSearch({ filter: undefined })}>Clear the filter</Button>
      </div>
    )
  }
  if (search.lifecycle === 'deleted') return <Empty>No run of this experiment is deleted.</Empty>
  return (
    <Empty command={`MLFLOW_TRACKING_URI=${window.location.origin} python train.py`}>
      Nothing was logged here yet. A run keeps params, metrics, tags, files and the code it came from. Log one with
      track() of the package “regia”, or with the mlflow client of a Python program that you already have.
    </Empty>
  )
}
