import type { Channel, ChannelMove } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Ago } from '../kernel/ago.tsx'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './pipelines.module.css'
import { channelHistoryQuery } from './queries.ts'

type ChannelsPanelProps = { readonly name: string; readonly channels: readonly Channel[] }

/** Where each channel points, where it pointed before, and the way back. */
export function ChannelsPanel({ name, channels }: ChannelsPanelProps) {
  const history = useQuery({ ...channelHistoryQuery(name), enabled: channels.length > 0 })
  const moves = history.data?.items ?? []
  if (channels.length === 0) {
    return (
      <Section title="Channels">
        <Card>
          <Empty command={`regia deploy ${name} --channel prod`}>
            No channel yet. A channel such as “prod” points to one version: schedules follow it, and rolling back moves
            it to where it pointed before.
          </Empty>
        </Card>
      </Section>
    )
  }
  return (
    <Columns min={420}>
      <Section title="Channels">
        <Card>
          <PlainTable
            label="Channels"
            rows={channels}
            keyOf={(row) => row.channel}
            columns={[
              { id: 'channel', title: 'Channel', cell: (row) => <b>{row.channel}</b> },
              {
                id: 'version',
                title: 'Points to',
                cell: (row) => (
                  <Link to="/pipelines/$name" params={{ name }} search={{ view: 'graph', version: row.version }}>
                    v{row.version}
                  </Link>
                ),
              },
              { id: 'by', title: 'Moved by', cell: (row) => row.by },
              { id: 'at', title: 'When', isNumber: true, cell: (row) => <Ago at={row.movedAt} /> },
              { id: 'acts', title: '', isNumber: true, cell: (row) => <RollBack channel={row} moves={moves} /> },
            ]}
          />
        </Card>
      </Section>
      <Section title="How channels moved">
        <Card>
          <Loaded query={history} height={120}>
            {({ items }) => <Moves moves={items} />}
          </Loaded>
        </Card>
      </Section>
    </Columns>
  )
}

/** Where a channel pointed before its last move. The server knows it too, and has the last say. */
const versionBefore = ({ channel }: Channel, moves: readonly ChannelMove[]) =>
  moves.find((move) => move.channel === channel)?.fromVersion

function RollBack({ channel, moves }: { readonly channel: Channel; readonly moves: readonly ChannelMove[] }) {
  const before = versionBefore(channel, moves)
  if (before === undefined) return <span className={classes.muted}>nothing before</span>
  const { pipeline, channel: name, version } = channel
  return (
    <ConfirmAction
      label={`Roll back to v${before}`}
      title={`Roll ${name} back to v${before}?`}
      asksReason
      act={(reason) => api.pipelines.rollback(pipeline, name, reason ? { reason } : {})}
      done={`${name} points to v${before} again`}
    >
      <p>
        {name} points to v{version} of {pipeline}. From now on schedules and runs that follow it take v{before}; runs
        that go on are not touched.
      </p>
    </ConfirmAction>
  )
}

function Moves({ moves }: { readonly moves: readonly ChannelMove[] }) {
  return (
    <PlainTable
      label="How channels moved"
      isTight
      rows={moves.slice(0, 12)}
      keyOf={(move) => `${move.at}-${move.channel}-${move.toVersion}`}
      columns={[
        { id: 'channel', title: 'Channel', cell: (move) => move.channel },
        {
          id: 'move',
          title: 'Move',
          cell: (move) => `${move.fromVersion === undefined ? 'new' : `v${move.fromVersion}`} → v${move.toVersion}`,
        },
        { id: 'reason', title: 'Reason', cell: (move) => move.reason ?? '–' },
        { id: 'by', title: 'By', cell: (move) => move.by },
        { id: 'at', title: 'When', isNumber: true, cell: (move) => <Ago at={move.at} /> },
      ]}
    />
  )
}
