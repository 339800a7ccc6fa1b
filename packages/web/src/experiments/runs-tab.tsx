import { Button } from '@mantine/core'
import type { SearchRuns, TrackedRun } from '@regia/core'
import { useQueries, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useMemo, useState } from 'react'
import { Skeleton } from '../kernel/loaded.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { defaultColumns } from './default-columns.ts'
import classes from './experiments.module.css'
import { GroupTable } from './group-table.tsx'
import { NoRuns } from './no-runs.tsx'
import { fieldsQuery, sampleQuery, someRunsQuery } from './queries.ts'
import { columnsOf } from './run-columns.tsx'
import { RunGrid } from './run-grid.tsx'
import { layoutOf, type RunsScope, runsRequest } from './run-request.ts'
import { RunsTools } from './runs-tools.tsx'
import { partsOf, type RunsSearch, toggled } from './search.ts'
import { SelectionBar } from './selection-bar.tsx'
import { treeRows } from './tree-rows.ts'
import { type Undo, UndoBar } from './undo-bar.tsx'
import { useRunPages } from './use-run-pages.ts'

const MOST_CHILDREN = 1_000

export type TabProps = {
  readonly experiments: readonly string[] | undefined
  readonly scope: RunsScope
  readonly search: RunsSearch
  readonly onSearch: (next: RunsSearch) => void
}
type ColumnsProps = TabProps & { readonly columns: readonly string[] }

/** The runs as a table: filtered, sorted and paged by the server. */
export function RunsTab(props: TabProps) {
  const { experiments, search } = props
  const columns = useColumns(search.columns, experiments)
  if (!columns) return <Skeleton height={420} />
  return search.group ? <Groups {...props} columns={columns} /> : <Runs {...props} columns={columns} />
}

/** Those of the address, else what says most; nothing until that is known, so that runs are not asked for twice. */
function useColumns(chosen: string | undefined, experiments: readonly string[] | undefined) {
  const fields = useQuery(fieldsQuery(experiments))
  const sample = useQuery({ ...sampleQuery(experiments), enabled: chosen === undefined })
  const isMixed = experiments?.length !== 1
  return useMemo(() => {
    if (chosen !== undefined) return partsOf(chosen)
    return fields.isPending || sample.isPending ? undefined : defaultColumns(fields.data, sample.data ?? [], isMixed)
  }, [chosen, fields.isPending, fields.data, sample.isPending, sample.data, isMixed])
}

const Groups = (props: ColumnsProps) => (
  <div className={classes.stack}>
    <RunsTools {...props} />
    <GroupTable {...props} />
  </div>
)

function Runs(props: ColumnsProps) {
  const { scope, search, onSearch, columns: ids } = props
  const navigate = useNavigate()
  const [undo, setUndo] = useState<Undo>()
  const columns = useMemo(() => columnsOf(ids), [ids])
  const request = useMemo(() => runsRequest(scope, search.sort, ids), [scope, search.sort, ids])
  const pages = useRunPages(scope, request)
  const isNested = layoutOf(search) === 'nested'
  const children = useChildren(isNested ? search.open : undefined, request)
  const rows = useMemo(() => treeRows(pages.rows, children, isNested), [pages.rows, children, isNested])
  const selected = useMemo(() => partsOf(search.selected), [search.selected])
  return (
    <div className={classes.stack}>
      <RunsTools {...props} rows={rows} error={pages.error} />
      {undo && <UndoBar undo={undo} queryKey="tracking" onClose={() => setUndo(undefined)} />}
      {selected.length > 0 && <SelectionBar selected={selected} search={search} onSearch={onSearch} onUndo={setUndo} />}
      {pages.isStale && (
        <div className={classes.bar} role="status">
          Runs have changed since these were read.
          <Button onClick={pages.refresh}>Read again</Button>
        </div>
      )}
      {pages.error && pages.rows.length === 0 ? (
        <Problem error={pages.error} onRetry={pages.refresh} />
      ) : (
        <Card>
          <RunGrid
            rows={rows}
            missing={pages.total - pages.rows.length}
            columns={columns}
            selected={selected}
            sort={search.sort}
            onSort={(sort) => onSearch({ sort })}
            onSelect={(id) => onSearch({ selected: toggled(selected, id) })}
            onTurn={(id) => onSearch({ open: toggled(partsOf(search.open), id) })}
            onOpen={({ run }) =>
              void navigate({ to: '/experiments/$id/runs/$runId', params: { id: run.experimentId, runId: run.id } })
            }
            onSeen={pages.onSeen}
            isLoading={pages.isLoading}
            isOld={pages.isOld}
            empty={<NoRuns search={search} onSearch={onSearch} />}
          />
        </Card>
      )}
    </div>
  )
}

/** The children of the runs that are open, in the order of the table. */
function useChildren(open: string | undefined, request: SearchRuns): ReadonlyMap<string, readonly TrackedRun[]> {
  const ids = partsOf(open)
  return useQueries({
    queries: ids.map((id) => someRunsQuery({ ...request, parent: id, limit: MOST_CHILDREN })),
    combine: (results) => new Map(results.flatMap(({ data }, i) => (data && ids[i] ? [[ids[i], data.items]] : []))),
  })
}
