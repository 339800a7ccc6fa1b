import { Button } from '@mantine/core'
import { type Endpoint, isComposed, isPackaged } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { Choice } from '../kernel/choice.tsx'
import { LinkButton } from '../kernel/link-button.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { RANGE_CHOICES, type Range } from '../kernel/range.ts'
import { modelVersionQuery } from '../models/queries.ts'
import { monitorsQuery } from '../monitors/queries.ts'
import { overviewQuery } from '../overview/queries.ts'
import { ReleaseBar } from '../releases/release-bar.tsx'
import { ReleasePanel } from '../releases/release-panel.tsx'
import { StartRelease } from '../releases/start-release.tsx'
import { DecisionLog } from './decision-log.tsx'
import { shadowDeployment, stableDeployment } from './deployments.ts'
import { DeploymentsPanel } from './deployments-panel.tsx'
import { EndpointHead } from './endpoint-head.tsx'
import { EndpointLineage } from './endpoint-lineage.tsx'
import classes from './endpoints.module.css'
import { FailedLoads } from './failed-loads.tsx'
import { InputDrift } from './input-drift.tsx'
import { MembersPanel } from './members-panel.tsx'
import { endpointQuery } from './queries.ts'
import { RecentPredictions } from './recent-predictions.tsx'
import { ScorePanel } from './score-panel.tsx'
import { worstHealth } from './serving-health.ts'
import { TrafficPanel } from './traffic-panel.tsx'
import { TryIt } from './try-it.tsx'

const route = getRouteApi('/endpoints/$name')

/** Is this endpoint well: who answers, how fast, how right? */
export default function EndpointPage() {
  const { name } = route.useParams()
  const { range = '30d', minutes = 60 } = route.useSearch()
  const navigate = route.useNavigate()
  const query = useQuery(endpointQuery(name))
  const { data: overview } = useQuery(overviewQuery)
  const health = overview?.endpoints.find((each) => each.endpoint.spec.name === name)?.health
  const setRange = (next: Range) => void navigate({ search: (before) => ({ ...before, range: next }), replace: true })
  return (
    <Page
      title={name}
      health={query.data && worstHealth(query.data, health)}
      under={query.data ? <EndpointLineage endpoint={query.data} /> : query.isPending && '…'}
      actions={query.data && <Actions endpoint={query.data} range={range} onRange={setRange} />}
      cli={`regia endpoints show ${name}`}
      http={`GET /api/v1/endpoints/${name}`}
    >
      <Loaded query={query} height={[[116, 116, 116, 116], [340, 340], 330]}>
        {(endpoint) => (
          <Content
            endpoint={endpoint}
            range={range}
            minutes={minutes}
            onMinutes={(next) => void navigate({ search: (before) => ({ ...before, minutes: next }), replace: true })}
          />
        )}
      </Loaded>
    </Page>
  )
}

type ActionsProps = { readonly endpoint: Endpoint; readonly range: Range; readonly onRange: (range: Range) => void }

function Actions({ endpoint, range, onRange }: ActionsProps) {
  const { spec } = endpoint
  return (
    <>
      <Choice label="Event time shown" value={range} options={RANGE_CHOICES} onChange={onRange} />
      <LinkButton to="." hash="try-it" search={(before: object) => before}>
        Try it
      </LinkButton>
      <Button component="a" href={`/api/v1/endpoints/${encodeURIComponent(spec.name)}/docs`} target="_blank">
        API page
      </Button>
      {!isComposed(spec) && <StartRelease endpoint={endpoint} />}
    </>
  )
}

type ContentProps = {
  readonly endpoint: Endpoint
  readonly range: Range
  readonly minutes: number
  readonly onMinutes: (minutes: number) => void
}

function Content({ endpoint, range, minutes, onMinutes }: ContentProps) {
  const { data: monitors } = useQuery(monitorsQuery)
  const monitor = monitors?.items.find((each) => each.spec.endpoint === endpoint.spec.name)
  const serving = stableDeployment(endpoint) ?? shadowDeployment(endpoint)
  const { data: model } = useQuery({
    ...modelVersionQuery(serving?.model ?? '', serving?.version ?? 0),
    enabled: serving !== undefined,
  })
  return (
    <>
      <FailedLoads endpoint={endpoint} />
      <ReleaseBar endpoint={endpoint} />
      <EndpointHead endpoint={endpoint} monitor={monitor} model={model} />
      <ReleasePanel endpoint={endpoint} />
      <DeploymentsPanel endpoint={endpoint} />
      <MembersPanel endpoint={endpoint} />
      <TrafficPanel endpoint={endpoint.spec.name} minutes={minutes} onMinutes={onMinutes} />
      <div className={classes.two}>
        <ScorePanel endpoint={endpoint} monitor={monitor} range={range} />
        <DecisionLog endpoint={endpoint.spec.name} />
      </div>
      <InputDrift monitor={monitor} model={model} />
      <RecentPredictions endpoint={endpoint.spec.name} />
      {model && isPackaged(model) && <TryIt key={model.version} endpoint={endpoint} model={model} />}
    </>
  )
}
