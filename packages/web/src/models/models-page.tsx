import type { RegisteredModel } from '@regia/core'
import { Link, useNavigate } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { AliasTags } from './alias-tags.tsx'
import { DeletedModels } from './deleted-models.tsx'

const COLUMNS: readonly Column<RegisteredModel>[] = [
  {
    id: 'name',
    title: 'Model',
    cell: (row) => (
      <Link to="/models/$name" params={{ name: row.name }}>
        <b>{row.name}</b>
      </Link>
    ),
  },
  { id: 'description', title: 'Description', cell: (row) => row.description || '–' },
  {
    id: 'aliases',
    title: 'Aliases',
    cell: (row) =>
      row.aliases.length > 0 ? (
        <AliasTags aliases={row.aliases.map((each) => `${each.alias} v${each.version}`)} />
      ) : (
        '–'
      ),
  },
  {
    id: 'latest',
    title: 'Latest',
    isNumber: true,
    cell: (row) => (row.latestVersion > 0 ? `v${row.latestVersion}` : '–'),
  },
  { id: 'updated', title: 'Updated', isNumber: true, cell: (row) => <Ago at={row.updatedAt} /> },
]

/** Which models are registered, and which version of each is the champion? */
export default function ModelsPage() {
  const navigate = useNavigate()
  const pages = usePages(['models', 'list'], (query) => api.models.list(query))
  return (
    <Page title="Models" isTitleHidden cli="regia models list" http="GET /api/v1/models">
      {pages.error ? (
        <Problem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : (
        <Card>
          <DataTable
            label="Models"
            columns={COLUMNS}
            {...pages}
            keyOf={(row) => row.name}
            onOpen={(row) => void navigate({ to: '/models/$name', params: { name: row.name } })}
            empty={
              <Empty command="regia run PIPELINE">
                No model is registered. A pipeline whose checks pass registers its model here: one version after the
                other, each with its score, its checks, and the data, code and run behind it. Models that a client of
                MLflow registers stand here, too.
              </Empty>
            }
          />
        </Card>
      )}
      <DeletedModels />
    </Page>
  )
}
