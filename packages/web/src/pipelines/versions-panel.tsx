import type { Channel, PipelineVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { shortDigest } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import { ChannelsPanel } from './channels-panel.tsx'
import { LaunchButton } from './launch-button.tsx'
import { MoveChannel } from './move-channel.tsx'
import classes from './pipelines.module.css'
import { channelsQuery, pipelineVersionsQuery } from './queries.ts'
import type { PipelineSearch } from './search.ts'
import { VersionDiffPanel } from './version-diff.tsx'

type VersionsPanelProps = {
  readonly name: string
  readonly shown: PipelineVersion
  readonly search: PipelineSearch
  readonly show: (next: PipelineSearch) => void
}

/** Which versions there are, where channels point, and what is different between two of them. */
export default function VersionsPanel({ name, shown, search, show }: VersionsPanelProps) {
  const versions = useQuery(pipelineVersionsQuery(name))
  const channels = useQuery(channelsQuery(name))
  return (
    <div className={classes.panel}>
      <Loaded query={channels} height={120}>
        {(data) => <ChannelsPanel name={name} channels={data.channels} />}
      </Loaded>
      <Section title="Versions" note="a version is the graph and the code; an unchanged pipeline keeps its version">
        <Loaded query={versions} height={120}>
          {({ items }) => (
            <Versions versions={items} shown={shown.version} channels={channels.data?.channels ?? []} show={show} />
          )}
        </Loaded>
      </Section>
      <Loaded query={versions} height={120}>
        {({ items }) => <VersionDiffPanel name={name} versions={items} search={search} show={show} />}
      </Loaded>
    </div>
  )
}

type VersionsProps = {
  readonly versions: readonly PipelineVersion[]
  readonly shown: number
  readonly channels: readonly Channel[]
  readonly show: (next: PipelineSearch) => void
}

function Versions({ versions, shown, channels, show }: VersionsProps) {
  const ordered = versions.toSorted((a, b) => b.version - a.version)
  return (
    <Card>
      <PlainTable
        label="Versions"
        rows={ordered}
        keyOf={(row) => String(row.version)}
        columns={[
          {
            id: 'version',
            title: 'Version',
            cell: (row) => (
              <Link
                to="/pipelines/$name"
                params={{ name: row.pipeline }}
                search={{ view: 'graph', version: row.version }}
              >
                <b>v{row.version}</b>
                {row.version === shown && ' (shown)'}
              </Link>
            ),
          },
          {
            id: 'channels',
            title: 'Channels',
            cell: (row) =>
              channels
                .filter((each) => each.version === row.version)
                .map((each) => each.channel)
                .join(', ') || '–',
          },
          { id: 'steps', title: 'Steps', isNumber: true, cell: (row) => row.graph.steps.length },
          {
            id: 'digest',
            title: 'Graph and code',
            cell: (row) => <code title={row.digest}>{shortDigest(row.digest)}</code>,
          },
          { id: 'environment', title: 'Environment', cell: (row) => row.graph.environment ?? 'base' },
          { id: 'at', title: 'Made', isNumber: true, cell: (row) => <Ago at={row.createdAt} /> },
          {
            id: 'acts',
            title: '',
            isNumber: true,
            cell: (row) => (
              <span className={classes.pick}>
                {row.version > 1 && (
                  <button
                    type="button"
                    className={classes.link}
                    onClick={() => show({ before: row.version - 1, after: row.version })}
                  >
                    what changed
                  </button>
                )}
                <MoveChannel name={row.pipeline} version={row.version} channels={channels} />
                <LaunchButton label="Run" version={row} isPrimary={false} />
              </span>
            ),
          },
        ]}
      />
    </Card>
  )
}
