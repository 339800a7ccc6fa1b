import type { AliasMove, ModelVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { Empty } from '../kernel/empty.tsx'
import { formatBytes, formatInterval, formatScore } from '../kernel/format.ts'
import { LinkButton } from '../kernel/link-button.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { AliasRequests } from './alias-requests.tsx'
import { AliasTags } from './alias-tags.tsx'
import { CheckLamps } from './check-lamps.tsx'
import { IntervalPlot } from './interval-plot.tsx'
import { ModelSettings } from './model-settings.tsx'
import { modelHistoryQuery, modelQuery, modelVersionsQuery } from './queries.ts'
import { mainMetric, scoreLines } from './scores.ts'
import { TagsPanel } from './tags-panel.tsx'
import { trainedOn } from './trained-on.ts'

const route = getRouteApi('/models/$name')

/** Which version is the champion, and what stands against it? */
export default function ModelPage() {
  const { name } = route.useParams()
  const model = useQuery(modelQuery(name))
  const versions = useQuery(modelVersionsQuery(name))
  const history = useQuery(modelHistoryQuery(name))
  return (
    <Page
      title={name}
      under={
        model.data && (
          <>
            {model.data.description}{' '}
            <AliasTags aliases={model.data.aliases.map((each) => `${each.alias} v${each.version}`)} />
          </>
        )
      }
      actions={model.data && <ModelSettings model={model.data} />}
      cli={`regia models show ${name}`}
      http={`GET /api/v1/models/${name}`}
    >
      <AliasRequests model={name} />
      <Section
        title="Versions"
        note="score on held-out rows, with its interval, against the baselines"
        actions={
          (versions.data?.items.length ?? 0) > 1 && (
            <LinkButton to="/models/$name/compare" params={{ name }}>
              Compare
            </LinkButton>
          )
        }
      >
        <Loaded query={versions} height={220}>
          {({ items }) => <Versions versions={items} />}
        </Loaded>
      </Section>
      {model.data && (
        <TagsPanel tags={model.data.tags} onChange={(tags) => api.models.update(name, { tags: { ...tags } })} />
      )}
      <Section title="Aliases moved">
        <Loaded query={history} height={120}>
          {({ items }) => <History moves={items} />}
        </Loaded>
      </Section>
    </Page>
  )
}

function Versions({ versions }: { readonly versions: readonly ModelVersion[] }) {
  if (versions.length === 0) {
    return (
      <Card>
        <Empty command="regia run PIPELINE">
          It has no version yet: none has passed its checks, and no model of a run was registered under this name.
        </Empty>
      </Card>
    )
  }
  const sorted = [...versions].sort((a, b) => b.version - a.version)
  const metric = mainMetric(sorted.find((each) => each.report)?.report)
  const newest = sorted.find((each) => each.report)
  return (
    <Card>
      <PlainTable
        label="Versions"
        rows={sorted}
        keyOf={(row) => String(row.version)}
        columns={[
          {
            id: 'version',
            title: 'Version',
            cell: (row) => (
              <Link to="/models/$name/$version" params={{ name: row.model, version: String(row.version) }}>
                <b>v{row.version}</b>
              </Link>
            ),
          },
          { id: 'aliases', title: 'Alias', cell: (row) => <AliasTags aliases={row.aliases} /> },
          {
            id: 'score',
            title: metric?.toUpperCase() ?? 'Score',
            isNumber: true,
            cell: (row) => <Score version={row} metric={metric} />,
          },
          { id: 'checks', title: 'Checks', cell: (row) => <CheckLamps report={row.report} /> },
          { id: 'trained', title: 'Trained on', cell: (row) => trainedOn(row) },
          { id: 'learner', title: 'Learner', cell: (row) => row.package?.learner.name ?? '–' },
          {
            id: 'size',
            title: 'Size',
            isNumber: true,
            cell: (row) => (row.package ? formatBytes(row.package.graphSizeBytes) : <Packaging version={row} />),
          },
          { id: 'at', title: 'Registered', isNumber: true, cell: (row) => <Ago at={row.createdAt} /> },
        ]}
      />
      {newest?.report && metric && (
        <IntervalPlot
          label={`${metric} of the newest version against its baselines`}
          lines={scoreLines(newest.report, metric).map((line) =>
            line.isBaseline ? line : { ...line, name: `v${newest.version}` },
          )}
        />
      )}
    </Card>
  )
}

function Packaging({ version: { packaging } }: { readonly version: ModelVersion }) {
  return <small title={packaging.reason}>{packaging.status === 'pending' ? 'being packaged' : 'not servable'}</small>
}

function Score({ version, metric }: { readonly version: ModelVersion; readonly metric: string | undefined }) {
  const estimate = metric === undefined ? undefined : version.report?.metrics[metric]
  if (!estimate) return <>–</>
  return (
    <>
      <b>{formatScore(estimate.value)}</b> <small>{formatInterval(estimate.interval)}</small>
    </>
  )
}

const moveText = ({ fromVersion, toVersion }: AliasMove): string =>
  [fromVersion, toVersion].flatMap((version) => (version === undefined ? [] : [`v${version}`])).join(' → ') +
  (toVersion === undefined ? ' → none' : '')

function History({ moves }: { readonly moves: readonly AliasMove[] }) {
  if (moves.length === 0)
    return (
      <Card>
        <Empty>No alias has moved yet.</Empty>
      </Card>
    )
  return (
    <Card>
      <PlainTable
        label="Aliases moved"
        rows={moves}
        keyOf={(move) => `${move.at}-${move.alias}`}
        columns={[
          { id: 'at', title: 'When', cell: (move) => <Ago at={move.at} /> },
          { id: 'alias', title: 'Alias', cell: (move) => <AliasTags aliases={[move.alias]} /> },
          {
            id: 'move',
            title: 'Moved',
            cell: (move) => moveText(move),
          },
          { id: 'by', title: 'By', cell: (move) => move.by },
          { id: 'why', title: 'Why', cell: (move) => move.reason || '–' },
        ]}
      />
    </Card>
  )
}
