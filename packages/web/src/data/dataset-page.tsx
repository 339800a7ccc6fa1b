import { Select, Tabs } from '@mantine/core'
import type { DatasetVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { Count } from '../kernel/count.tsx'
import { formatBytes, formatPercent, shortDigest } from '../kernel/format.ts'
import { LineageLine } from '../kernel/lineage-line.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Page } from '../kernel/page.tsx'
import { Card, Columns, Stat } from '../kernel/section.tsx'
import { ProfilePanel } from './profile-panel.tsx'
import { datasetQuery, datasetVersionQuery, datasetVersionsQuery } from './queries.ts'
import { RowsPanel } from './rows-panel.tsx'
import { SchemaPanel } from './schema-panel.tsx'
import { DATASET_TABS, type DatasetSearch } from './search.ts'
import { VersionsPanel } from './versions-panel.tsx'

const route = getRouteApi('/data/$name')

/** What is in this data, and can I trust it? */
export default function DatasetPage() {
  const { name } = route.useParams()
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const dataset = useQuery(datasetQuery(name))
  const version = useQuery(datasetVersionQuery(name, search.version ?? 'latest'))
  const show = (next: DatasetSearch) => void navigate({ search: (before) => ({ ...before, ...next }), replace: true })
  const at = search.version ?? dataset.data?.latestVersion
  return (
    <Page
      title={at === undefined ? name : `${name}@${at}`}
      cli={`regia data show ${name}${search.version ? ` --version ${search.version}` : ''}`}
      http={`GET /api/v1/datasets/${name}/versions/${search.version ?? 'latest'}`}
      under={version.data ? <Origin version={version.data} /> : '…'}
      actions={<VersionSelect name={name} value={at} onChange={(next) => show({ version: next })} />}
    >
      <Loaded query={version} height={[[100, 100, 100, 100], 420]}>
        {(loaded) => (
          <>
            <Head version={loaded} />
            <Tabs
              value={search.tab ?? 'profile'}
              onChange={(tab) => show({ tab: DATASET_TABS.find((each) => each === tab) })}
              keepMounted={false}
            >
              <Tabs.List>
                <Tabs.Tab value="profile">Profile</Tabs.Tab>
                <Tabs.Tab value="rows">Rows</Tabs.Tab>
                <Tabs.Tab value="quarantine">
                  Quarantine {loaded.quarantinedRowCount > 0 && `(${loaded.quarantinedRowCount})`}
                </Tabs.Tab>
                <Tabs.Tab value="schema">Schema</Tabs.Tab>
                <Tabs.Tab value="versions">Versions</Tabs.Tab>
              </Tabs.List>
              <Tabs.Panel value="profile" pt="md">
                <ProfilePanel version={loaded} open={search.column} onOpen={(column) => show({ column })} />
              </Tabs.Panel>
              <Tabs.Panel value="rows" pt="md">
                <RowsPanel version={loaded} isQuarantine={false} />
              </Tabs.Panel>
              <Tabs.Panel value="quarantine" pt="md">
                <RowsPanel version={loaded} isQuarantine />
              </Tabs.Panel>
              <Tabs.Panel value="schema" pt="md">
                <SchemaPanel version={loaded} />
              </Tabs.Panel>
              <Tabs.Panel value="versions" pt="md">
                <VersionsPanel name={name} current={loaded.version} />
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function Origin({ version }: { readonly version: DatasetVersion }) {
  return (
    <LineageLine
      items={[
        [
          'source',
          <span key="s" title={version.sourceDigest}>
            {version.sourceName}
          </span>,
        ],
        ...(version.runId
          ? [
              [
                'run',
                <Link key="r" to="/runs/$id" params={{ id: version.runId }}>
                  run
                </Link>,
              ] as const,
            ]
          : []),
        ['version', <b key="v">{`${version.dataset}@${version.version}`}</b>],
      ]}
    />
  )
}

function Head({ version }: { readonly version: DatasetVersion }) {
  const bad = version.quarantinedRowCount
  return (
    <Columns>
      <Stat label="Rows" value={<Count value={version.validRowCount} />}>
        {version.columns.length} columns
      </Stat>
      <Stat
        label="In quarantine"
        value={<Count value={bad} />}
        unit={bad > 0 ? formatPercent(bad / version.rowCount) : ''}
      >
        {version.quarantineReasons[0]?.reason ?? 'every row fits the schema'}
      </Stat>
      <Stat label="Size" value={formatBytes(version.sizeBytes)}>
        Parquet
      </Stat>
      <Stat label="Came" value={<Ago at={version.createdAt} />}>
        <code title={version.digest}>{shortDigest(version.digest)}</code>
      </Stat>
    </Columns>
  )
}

type VersionSelectProps = {
  readonly name: string
  readonly value: number | undefined
  readonly onChange: (version: number | undefined) => void
}

function VersionSelect({ name, value, onChange }: VersionSelectProps) {
  const { data } = useQuery(datasetVersionsQuery(name))
  const versions = data?.items.map((each) => String(each.version)) ?? []
  return (
    <Card>
      <Select
        aria-label="Version"
        variant="unstyled"
        w={110}
        px={10}
        data={versions.map((each) => ({ value: each, label: `version ${each}` }))}
        value={value === undefined ? null : String(value)}
        onChange={(next) => onChange(next === null ? undefined : Number(next))}
        allowDeselect={false}
      />
    </Card>
  )
}
