import type { ShadowComparison } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { Histogram } from '../charts/bars.tsx'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { rowText } from '../endpoints/row-text.ts'
import { Empty } from '../kernel/empty.tsx'
import { formatCount, formatDifference, formatScore } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Section } from '../kernel/section.tsx'
import { formatMinute } from '../kernel/time.ts'
import { PlainTable } from '../table/plain-table.tsx'
import { pairsQuery, SEARCHED_PREDICTIONS } from './queries.ts'
import classes from './releases.module.css'
import { differenceBins, pairsOf, type ShadowPair } from './shadow-pairs.ts'

const SHOWN = 15

type ShadowDifferencesProps = { readonly endpoint: string; readonly comparison: ShadowComparison }

/** On which rows champion and shadow differ, the most different first, and how differences are spread. */
export function ShadowDifferences({ endpoint, comparison }: ShadowDifferencesProps) {
  const { championVersion, challengerVersion } = comparison
  const query = useQuery(pairsQuery(endpoint, challengerVersion))
  const pairs = useMemo(() => pairsOf(query.data ?? []), [query.data])
  return (
    <Section
      title="Where they differ"
      note={`v${challengerVersion} − v${championVersion} on the pairs among the newest ${formatCount(SEARCHED_PREDICTIONS)} predictions`}
    >
      <Loaded query={query} height={320}>
        {() =>
          pairs.length === 0 ? (
            <Card>
              <Empty command={`regia predict ${endpoint} --file ROWS.jsonl`}>
                No row was answered by both yet. The shadow answers after the reply, within a moment.
              </Empty>
            </Card>
          ) : (
            <div className={classes.differences}>
              <Spread pairs={pairs} endpoint={endpoint} />
              <Card>
                <MostDifferent pairs={pairs} {...{ championVersion, challengerVersion }} />
              </Card>
            </div>
          )
        }
      </Loaded>
    </Section>
  )
}

function Spread({ pairs, endpoint }: { readonly pairs: readonly ShadowPair[]; readonly endpoint: string }) {
  const bins = useMemo(() => differenceBins(pairs), [pairs])
  const isOther = ({ prediction, challenger, champion }: ShadowPair) =>
    prediction.label !== undefined && challenger >= 0.5 !== champion >= 0.5
  const reach = bins.edges.at(-1) ?? 0
  return (
    <ChartFrame
      name={`Differences of ${endpoint}`}
      title="Distribution of the differences"
      note={`${formatCount(pairs.length)} pairs; on ${formatCount(pairs.filter(isOther).length)} of them the scores lie on different sides of 0.5`}
      data={() => ({
        columns: ['from', 'to', 'pairs'],
        rows: bins.counts.map((n, i) => [bins.edges[i] ?? 0, bins.edges[i + 1] ?? 0, n]),
      })}
    >
      <div className={classes.spread}>
        <Histogram edges={bins.edges} counts={bins.counts} />
        <div>
          <span>{formatDifference(-reach)}</span>
          <span>0, the same</span>
          <span>{formatDifference(reach)}</span>
        </div>
      </div>
    </ChartFrame>
  )
}

type MostDifferentProps = {
  readonly pairs: readonly ShadowPair[]
  readonly championVersion: number
  readonly challengerVersion: number
}

function MostDifferent({ pairs, championVersion, challengerVersion }: MostDifferentProps) {
  return (
    <PlainTable
      label="Rows that differ most"
      isTight
      rows={pairs.slice(0, SHOWN)}
      keyOf={({ prediction }) => prediction.id}
      columns={[
        {
          id: 'row',
          title: 'Row',
          cell: ({ prediction }) => (
            <span className={classes.row} title={rowText(prediction.row)}>
              {rowText(prediction.row)}
            </span>
          ),
        },
        { id: 'champion', title: `v${championVersion}`, isNumber: true, cell: ({ champion }) => formatScore(champion) },
        {
          id: 'challenger',
          title: `v${challengerVersion}`,
          isNumber: true,
          cell: ({ challenger }) => formatScore(challenger),
        },
        {
          id: 'difference',
          title: 'Difference',
          isNumber: true,
          cell: ({ difference }) => <b>{formatDifference(difference)}</b>,
        },
        { id: 'actual', title: 'Was', cell: ({ prediction }) => prediction.actual ?? '…' },
        { id: 'at', title: 'Event time', isNumber: true, cell: ({ prediction }) => formatMinute(prediction.at) },
      ]}
    />
  )
}
