import type { RegisteredModel } from '@regia/core'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { quoted } from '../kernel/command-text.ts'
import { Empty } from '../kernel/empty.tsx'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { AliasTags } from './alias-tags.tsx'
import { CreateModel } from './create-model.tsx'
import { DeletedModels } from './deleted-models.tsx'
import { modelFilter } from './model-filter.ts'
import { ModelSearch } from './model-search.tsx'
import classes from './models.module.css'
import { plainText } from './plain-text.ts'

const route = getRouteApi('/models')

/** Which models are registered, and which version of each is the champion? */
export default function ModelsPage() {
  const { find } = route.useSearch()
  const navigate = route.useNavigate()
  const found = modelFilter(find ?? '')
  const filter = 'filter' in found ? found.filter : undefined
  return (
    <Page
      title="Models"
      isTitleHidden
      cli={`regia models list${filter ? ` --filter ${quoted(filter)}` : ''}`}
      http={filter ? `POST /api/v1/registry/search ${JSON.stringify({ filter })}` : 'GET /api/v1/models'}
    >
      <div className={classes.tools}>
        <ModelSearch value={find} onChange={(text) => void navigate({ search: { find: text }, replace: true })} />
        <CreateModel />
      </div>
      <ModelsTable filter={filter} />
      <DeletedModels />
    </Page>
  )
}

function ModelsTable({ filter }: { readonly filter: string | undefined }) {
  const navigate = useNavigate()
  const pages = usePages<RegisteredModel>(['models', 'list', filter], async (query) => {
    if (filter === undefined) return api.models.list(query)
    const found = await api.models.search({ filter, ...query })
    return { ...found, total: found.items.length }
  })
  if (pages.error) return <Problem error={pages.error} onRetry={() => void pages.refetch()} />
  return (
    <Card>
      <DataTable
        label="Models"
        columns={COLUMNS}
        {...pages}
        keyOf={(row) => row.name}
        onOpen={(row) => void navigate({ to: '/models/$name', params: { name: row.name } })}
        empty={
          filter === undefined ? (
            <Empty command="regia run PIPELINE">
              No model is registered. A pipeline whose checks pass registers its model here: one version after the
              other, each with its score, its checks, and the data, code and run behind it. Models that a client of
              MLflow registers stand here, too. An ONNX file from anywhere is taken in with{' '}
              <code>regia models import model.onnx --name NAME</code>.
            </Empty>
          ) : (
            <Empty>No model matches {filter}.</Empty>
          )
        }
      />
    </Card>
  )
}

const COLUMNS: readonly Column<RegisteredModel>[] = [
  {
    id: 'name',
    title: 'Model',
    cell: (row) => (
      <Link to="/models/$name" params={{ name: row.name }} title={row.name}>
        <b>{row.name}</b>
      </Link>
    ),
  },
  {
    id: 'description',
    title: 'Description',
    cell: (row) => <span title={row.description}>{plainText(row.description) || '–'}</span>,
  },
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
