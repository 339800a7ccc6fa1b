import type { Endpoint, Monitor } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Empty } from '../kernel/empty.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { type Range, rangeStart } from '../kernel/range.ts'
import { Card, Section } from '../kernel/section.tsx'
import { windowsQuery } from '../monitors/queries.ts'
import { ScoreChart } from '../monitors/score-chart.tsx'
import { useMarks } from '../monitors/use-marks.ts'

type ScorePanelProps = { readonly endpoint: Endpoint; readonly monitor: Monitor | undefined; readonly range: Range }

/** The score on labels over event time, with label coverage under it. */
export function ScorePanel({ endpoint, monitor, range }: ScorePanelProps) {
  return (
    <Section
      title="Score on labels"
      note={
        monitor && (
          <Link to="/monitors/$name" params={{ name: monitor.spec.name }}>
            monitor {monitor.spec.name}
          </Link>
        )
      }
    >
      {monitor ? (
        <Scores monitor={monitor} endpoint={endpoint} range={range} />
      ) : (
        <Card>
          <Empty command="regia apply">
            Nobody watches this endpoint. Write a monitor in monitors/NAME.ts and apply it: it compares each window of
            its inputs and predictions with training, and measures the score on the labels that have arrived.
          </Empty>
        </Card>
      )}
    </Section>
  )
}

function Scores({
  monitor,
  endpoint,
  range,
}: {
  readonly monitor: Monitor
  readonly endpoint: Endpoint
  readonly range: Range
}) {
  const from = rangeStart(range, monitor.evaluatedUntil ?? endpoint.watermark)
  // The start moves with every prediction; its day is exact enough, and keeps the query the same.
  const query = useQuery(windowsQuery(monitor.spec.name, from && `${from.slice(0, 10)}T00:00:00.000Z`))
  const marks = useMarks(endpoint.spec.name, monitor.spec.name)
  return (
    <Loaded query={query} height={300}>
      {({ items }) => <ScoreChart windows={items} marks={marks} group={`endpoint-${endpoint.spec.name}`} />}
    </Loaded>
  )
}
