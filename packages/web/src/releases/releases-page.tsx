import { Drawer } from '@mantine/core'
import type { Release } from '@regia/core'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Comparison } from '../endpoints/comparison.tsx'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, formatDuration } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Page } from '../kernel/page.tsx'
import { Problem } from '../kernel/problem.tsx'
import { Card } from '../kernel/section.tsx'
import { elapsedMs } from '../kernel/time.ts'
import { useNow } from '../kernel/use-now.ts'
import { type Column, DataTable } from '../table/data-table.tsx'
import { usePages } from '../table/use-pages.ts'
import { ReleaseFiguresView } from './release-figures-view.tsx'
import { ReleaseSay } from './release-say.tsx'
import { KIND_WORDS, STATE_LAMPS, STATE_WORDS } from './release-text.ts'
import classes from './releases.module.css'

const route = getRouteApi('/endpoints/$name/releases')

/** What was released here, and how did it end? */
export default function ReleasesPage() {
  const { name } = route.useParams()
  const { open } = route.useSearch()
  const navigate = route.useNavigate()
  const pages = usePages(['endpoints', name, 'releases', 'pages'], (query) => api.endpoints.releases(name, query))
  const setOpen = (id: string | undefined) => void navigate({ search: { open: id }, replace: true })
  const shown = pages.rows.find(({ id }) => id === open)
  return (
    <Page
      title={`Releases of ${name}`}
      under={
        <Link to="/endpoints/$name" params={{ name }}>
          endpoint {name}
        </Link>
      }
      cli={`regia endpoints releases ${name}`}
      http={`GET /api/v1/endpoints/${encodeURIComponent(name)}/releases`}
    >
      {pages.error ? (
        <Problem error={pages.error} onRetry={() => void pages.refetch()} />
      ) : (
        <Card>
          <DataTable
            label="Releases"
            columns={COLUMNS}
            rows={pages.rows}
            total={pages.total}
            keyOf={({ id }) => id}
            onOpen={({ id }) => setOpen(id)}
            onMore={pages.onMore}
            isLoading={pages.isLoading}
            empty={
              <Empty command="regia apply">
                Nothing was released here yet. Shadows, canaries, experiments and bandits stand here with their figures,
                the one that runs and all that ended.
              </Empty>
            }
          />
        </Card>
      )}
      <Drawer
        opened={shown !== undefined}
        onClose={() => setOpen(undefined)}
        size={760}
        title={shown && `${KIND_WORDS[shown.kind]}, ${STATE_WORDS[shown.state]}`}
      >
        {shown && (
          <div className={classes.panel}>
            <ReleaseSay release={shown} />
            <ReleaseFiguresView figures={shown} stableVersion={shown.stableVersion} />
            {shown.comparison && <Comparison comparison={shown.comparison} />}
          </div>
        )}
      </Drawer>
    </Page>
  )
}

const versionsOf = ({ arms }: Release) =>
  arms
    .slice(1)
    .map(({ version }) => `v${version}`)
    .join(', ')

const COLUMNS: readonly Column<Release>[] = [
  {
    id: 'kind',
    title: 'Release',
    cell: ({ kind, state }) => (
      <>
        <Lamp health={STATE_LAMPS[state]} label={STATE_WORDS[state]} />
        <b>{KIND_WORDS[kind]}</b>
      </>
    ),
  },
  { id: 'versions', title: 'Versions', cell: (release) => `${versionsOf(release)} beside v${release.stableVersion}` },
  {
    id: 'state',
    title: 'State',
    cell: ({ state, winner }) => `${STATE_WORDS[state]}${winner === undefined ? '' : `, v${winner}`}`,
  },
  {
    id: 'requests',
    title: 'Requests',
    isNumber: true,
    cell: ({ arms }) => formatCount(arms.reduce((sum, arm) => sum + arm.requestCount, 0)),
  },
  { id: 'lasted', title: 'Lasted', isNumber: true, cell: (release) => <Lasted release={release} /> },
  { id: 'begun', title: 'Begun', isNumber: true, cell: ({ startedAt }) => <Ago at={startedAt} /> },
  { id: 'reason', title: 'Because', cell: ({ reason }) => <span title={reason}>{reason}</span> },
]

function Lasted({ release: { startedAt, endedAt } }: { readonly release: Release }) {
  return <>{formatDuration(elapsedMs(startedAt, endedAt, useNow()))}</>
}
