import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { Choice } from '../kernel/choice.tsx'
import { Count } from '../kernel/count.tsx'
import { Skeleton } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { apiCall, cliCommand } from './command-text.ts'
import { ExperimentMenu } from './experiment-menu.tsx'
import classes from './experiments.module.css'
import { NoteLine } from './note-line.tsx'
import { countQuery, experimentNamesQuery, experimentQuery } from './queries.ts'
import { experimentsOf, layoutOf, scopeOf } from './run-request.ts'
import { RunsTab } from './runs-tab.tsx'
import { partsOf, type RunsSearch } from './search.ts'

const ChartsTab = lazy(() => import('./charts-tab.tsx'))
const CompareTab = lazy(() => import('./compare-tab.tsx'))
const route = getRouteApi('/experiments/$id')

/** Which runs are there, which is the best, and what made it so? */
export default function RunsPage() {
  const { id } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const show = (next: RunsSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  const experiment = useQuery({ ...experimentQuery(id), enabled: id !== 'all' })
  const experiments = experimentsOf(id, search.experiments)
  const scope = scopeOf(id, search)
  const { data: count } = useQuery(countQuery(scope))
  const selected = partsOf(search.selected)
  const tab = search.tab ?? 'table'
  const title = id === 'all' ? 'All runs' : (experiment.data?.name ?? `experiment ${id}`)
  return (
    <Page
      title={title}
      under={<Under id={id} search={search} note={experiment.data?.note} total={count?.total} />}
      actions={
        <>
          <Choice
            label="View"
            value={tab}
            options={[
              ['table', 'Table'],
              ['charts', 'Charts'],
              ['compare', selected.length > 0 ? `Compare ${selected.length}` : 'Compare'],
            ]}
            onChange={(next) => show({ tab: next === 'table' ? undefined : next })}
          />
          {experiment.data && <ExperimentMenu experiment={experiment.data} />}
        </>
      }
      cli={cliCommand(id, search)}
      http={apiCall(scope, search)}
    >
      {experiment.data?.lifecycle === 'deleted' && (
        <div className={classes.bar} role="status">
          This experiment is deleted, with its runs. Both are kept until they are purged, and can be restored from its
          menu.
        </div>
      )}
      {tab === 'table' && <RunsTab experiments={experiments} scope={scope} search={search} onSearch={show} />}
      <Suspense fallback={<Skeleton height={420} />}>
        {tab === 'charts' && <ChartsTab experiments={experiments} scope={scope} search={search} onSearch={show} />}
        {tab === 'compare' && <CompareTab search={search} onSearch={show} />}
      </Suspense>
    </Page>
  )
}

type UnderProps = {
  readonly id: string
  readonly search: RunsSearch
  readonly note: string | undefined
  readonly total: number | undefined
}

function Under({ id, search, note, total }: UnderProps) {
  const more = partsOf(search.experiments)
  const { data: names } = useQuery({ ...experimentNamesQuery, enabled: more.length > 0 })
  const noun = total === 1 ? 'run' : 'runs'
  const what = search.filter ? `${noun} fit` : layoutOf(search) === 'nested' ? `${noun}, children below them` : noun
  return (
    <>
      <Link to="/experiments">Experiments</Link> · <Count value={total} /> {what}
      {id !== 'all' && more.length > 0 && <> · with {more.map((each) => names?.get(each) ?? each).join(', ')}</>}
      {note && <NoteLine text={note} />}
    </>
  )
}
