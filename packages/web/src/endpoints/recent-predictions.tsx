import type { LoggedPrediction } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Ago } from '../kernel/ago.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatDuration, formatScore } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { formatMinute } from '../kernel/time.ts'
import { PlainTable } from '../table/plain-table.tsx'
import { answeredBy } from './answered-by.ts'
import classes from './endpoints.module.css'
import { predictionsQuery } from './queries.ts'
import { rowText } from './row-text.ts'

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
                  { id: 'label', title: 'Predicted', cell: (item) => <Predicted item={item} /> },
                  { id: 'actual', title: 'Was', cell: (item) => item.actual ?? '…' },
                  {
                    id: 'shadow',
                    title: 'Shadow',
                    isNumber: true,
                    cell: (item) => (item.shadow ? `${formatScore(item.shadow.score)} (v${item.shadow.version})` : '–'),
                  },
                  {
                    id: 'version',
                    title: 'Answered by',
                    cell: (item) => (
                      <span className={classes.oneLine}>
                        v{item.version}
                        {item.servedBy && <span className={classes.muted}> · {answeredBy(item.servedBy)}</span>}
                      </span>
                    ),
                  },
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

/** Where the endpoint abstained, the asker was told so and not the label. */
function Predicted({ item }: { readonly item: LoggedPrediction }) {
  if (!item.isUndecided) return <>{item.label ?? '–'}</>
  return (
    <span title={`the most probable class was ${item.label ?? 'not kept'}`}>
      undecided <span className={classes.muted}>{item.label}</span>
    </span>
  )
}
