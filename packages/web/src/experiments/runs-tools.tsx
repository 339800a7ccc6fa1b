import { Button, Switch } from '@mantine/core'
import { saveCsv } from '../charts/save-csv.ts'
import { Choice } from '../kernel/choice.tsx'
import { ColumnChooser } from './column-chooser.tsx'
import classes from './experiments.module.css'
import { FilterField } from './filter-field.tsx'
import { GroupChoice } from './group-choice.tsx'
import { columnsOf } from './run-columns.tsx'
import { layoutOf } from './run-request.ts'
import { runsCsv } from './runs-csv.ts'
import type { TabProps } from './runs-tab.tsx'
import { SavedViews } from './saved-views.tsx'
import type { TreeRow } from './tree-rows.ts'

type RunsToolsProps = TabProps & {
  readonly columns: readonly string[]
  readonly rows?: readonly TreeRow[]
  readonly error?: Error | null
}

/** What of the runs is shown, and how. */
export function RunsTools({ experiments, search, onSearch, columns, rows, error }: RunsToolsProps) {
  return (
    <div className={classes.tools}>
      <FilterField
        value={search.filter}
        experiments={experiments}
        error={error ?? undefined}
        onChange={(filter) => onSearch({ filter, open: undefined })}
      />
      <div className={classes.toolRow}>
        <Choice
          label="Children"
          value={layoutOf(search)}
          options={[
            ['nested', 'Nested'],
            ['flat', 'Flat'],
          ]}
          onChange={(layout) => onSearch({ layout })}
        />
        <GroupChoice experiments={experiments} value={search.group} onChange={(group) => onSearch({ group })} />
        <Switch
          label="Deleted"
          checked={search.lifecycle === 'deleted'}
          onChange={(event) => onSearch({ lifecycle: event.currentTarget.checked ? 'deleted' : undefined })}
        />
        <div className={classes.right}>
          <SavedViews />
          {rows && (
            <Button
              title="The rows that have been read, with these columns"
              onClick={() => saveCsv('runs', runsCsv(rows, columnsOf(columns)))}
            >
              CSV
            </Button>
          )}
          <ColumnChooser
            experiments={experiments}
            columns={columns}
            onChange={(next) => onSearch({ columns: next?.join(',') })}
          />
        </div>
      </div>
    </div>
  )
}
