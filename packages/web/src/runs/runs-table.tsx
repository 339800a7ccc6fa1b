import type { RunSummary } from '@regia/core'
import type { RunListQuery } from '@regia/sdk'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { RUN_COLUMNS, selectColumn } from './run-columns.tsx'

type RunsTableProps = {
  readonly query: Omit<RunListQuery, 'limit' | 'cursor'>
  readonly hidden?: readonly string[]
  readonly onSort?: (sort: string | undefined) => void
  readonly maxHeight?: number | string
  readonly selected?: readonly string[]
  readonly onSelect?: (id: string) => void
}

const NONE: readonly string[] = []

/** Runs, filtered and sorted by the server. */
export function RunsTable({ query, hidden = NONE, onSort, maxHeight, selected = NONE, onSelect }: RunsTableProps) {
  const navigate = useNavigate()
  const pages = usePages<RunSummary>(['runs', 'list', query], (page) => api.runs.list({ ...query, ...page }))
  if (pages.error) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />
  const columns = onSelect ? [selectColumn(selected, onSelect), ...RUN_COLUMNS] : RUN_COLUMNS
  const isFiltered = Boolean(query.search || query.status)
  return (
    <Card>
      <DataTable
        label="Runs"
        columns={columns.filter((column) => !hidden.includes(column.id))}
        isSelected={(row) => selected.includes(row.id)}
        {...(onSelect && { onSelect: (row: RunSummary) => onSelect(row.id) })}
        {...pages}
        sort={query.sort}
        {...(onSort && { onSort })}
        {...(maxHeight !== undefined && { maxHeight })}
        keyOf={(row) => row.id}
        onOpen={(row) => void navigate({ to: '/runs/$id', params: { id: row.id } })}
        empty={
          isFiltered ? (
            <Empty>No run fits the filter.</Empty>
          ) : (
            <Empty command={`regia run ${query.pipeline ?? 'PIPELINE'}`}>
              Nothing has run yet. A run keeps its params, metrics, logs and outputs, and why each step ran or came from
              the cache.
            </Empty>
          )
        }
      />
    </Card>
  )
}
