import type { Dataset } from '@regia/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Count } from '../kernel/count.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatBytes } from '../kernel/format.ts'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'

const COLUMNS: readonly Column<Dataset>[] = [
  {
    id: 'name',
    title: 'Dataset',
    cell: (row) => (
      <Link to="/data/$name" params={{ name: row.name }}>
        <b>{row.name}</b>
      </Link>
    ),
  },
  { id: 'description', title: 'Description', cell: (row) => row.description || '–' },
  { id: 'version', title: 'Latest', isNumber: true, cell: (row) => `@${row.latestVersion}` },
  { id: 'versions', title: 'Versions', isNumber: true, cell: (row) => row.versionCount },
  { id: 'rows', title: 'Rows', isNumber: true, cell: (row) => <Count value={row.rowCount} /> },
  { id: 'size', title: 'Size', isNumber: true, cell: (row) => formatBytes(row.sizeBytes) },
  { id: 'updated', title: 'Updated', isNumber: true, cell: (row) => <Ago at={row.updatedAt} /> },
]

/** Which data is here, and how old is it? */
export default function DatasetsPage() {
  const navigate = useNavigate()
  const pages = usePages(['datasets', 'list'], (query) => api.datasets.list(query))
  return (
    <Page title="Data" isTitleHidden cli="regia data list" http="GET /api/v1/datasets">
      {pages.error ? (
        <Problem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : (
        <Card>
          <DataTable
            label="Datasets"
            columns={COLUMNS}
            {...pages}
            keyOf={(row) => row.name}
            onOpen={(row) => void navigate({ to: '/data/$name', params: { name: row.name } })}
            empty={
              <Empty command="regia data add FILE.parquet --name NAME">
                No data yet. A dataset is a series of immutable versions, each with its profile; rows that break the
                schema are put aside with the reason.
              </Empty>
            }
          />
        </Card>
      )}
    </Page>
  )
}
