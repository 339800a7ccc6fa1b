import type { LoggedPrediction } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatCell, formatDuration, formatScore } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { formatMinute } from '../kernel/time.ts'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './endpoints.module.css'
import { predictionsQuery } from './queries.ts'

const rowText = (row: LoggedPrediction['row']) =>
  Object.entries(row)
    .map(([name, value]) => `${name} ${formatCell(value)}`)
    .join(' · ')

/** The newest predictions as the log has them. */
export function RecentPredictions({ endpoint }: { readonly endpoint: string }) {
  const query = useQuery(predictionsQuery(endpoint))
  return (
    <Section title="Recent predictions" note="from the prediction log">
      <Loaded query={query} height={200}>
        {({ items }) => (
          <Card>
            {items.length === 0 ? (
              <Empty command={`regia predict ${endpoint} --file ROWS.jsonl`}>Nothing has been predicted yet.</Empty>
            ) : (
              <PlainTable
                label="Recent predictions"
                rows={items.slice(0, 12)}
                isTight
                keyOf={(item) => item.id}
                columns={[
                  {
                    id: 'at',
                    title: 'Event time',
                    cell: (item) => (
                      <span className={classes.oneLine} title={item.at}>
                        {formatMinute(item.at)}
                      </span>
                    ),
                  },
                  {
                    id: 'row',
                    title: 'Row',
                    cell: (item) => (
                      <span className={classes.row} title={rowText(item.row)}>
                        {rowText(item.row)}
                      </span>
                    ),
                  },
                  { id: 'score', title: 'Score', isNumber: true, cell: (item) => formatScore(item.score) },
                  { id: 'label', title: 'Predicted', cell: (item) => item.label ?? '–' },
                  { id: 'actual', title: 'Was', cell: (item) => item.actual ?? '…' },
                  {
                    id: 'shadow',
                    title: 'Shadow',
                    isNumber: true,
                    cell: (item) => (item.shadow ? `${formatScore(item.shadow.score)} (v${item.shadow.version})` : '–'),
                  },
                  { id: 'version', title: 'Version', isNumber: true, cell: (item) => `v${item.version}` },
                  { id: 'latency', title: 'Took', isNumber: true, cell: (item) => formatDuration(item.latencyMs) },
                  { id: 'logged', title: 'Logged', isNumber: true, cell: (item) => <Ago at={item.loggedAt} /> },
                ]}
              />
            )}
          </Card>
        )}
      </Loaded>
    </Section>
  )
}
