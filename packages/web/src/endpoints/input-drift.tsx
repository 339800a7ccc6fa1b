import type { Distribution, ModelVersion, Monitor } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { DistributionPlot, distributionData } from '../charts/distribution.tsx'
import { Empty } from '../kernel/empty.tsx'
import { formatPercent } from '../kernel/format.ts'
import { Loaded } from '../kernel/loaded.tsx'
import { Card, Columns, Section } from '../kernel/section.tsx'
import { formatSpan } from '../kernel/time.ts'
import { DriftNote } from '../monitors/drift-note.tsx'
import { distributionsQuery } from '../monitors/queries.ts'

const MOST = 8

/** The inputs that matter most against training: small multiples, grey is the reference. */
export function InputDrift({
  monitor,
  model,
}: {
  readonly monitor: Monitor | undefined
  readonly model: ModelVersion | undefined
}) {
  const window = monitor?.lastWindow
  const query = useQuery({
    ...distributionsQuery(monitor?.spec.name ?? '', window?.from, window?.until),
    enabled: window !== undefined,
  })
  if (!monitor) return null
  return (
    <Section
      title="Inputs and score against training"
      note={`most important first; grey is the reference, blue the window ${window ? formatSpan(window.from, window.until) : ''}`}
    >
      {window ? (
        <Loaded query={query} height={170}>
          {({ columns }) => <Multiples columns={columns} monitor={monitor} importance={importanceOf(model)} />}
        </Loaded>
      ) : (
        <Card>
          <Empty>The first window has not closed yet.</Empty>
        </Card>
      )}
    </Section>
  )
}

// Importance is of features; a feature made of an input begins with the input's name, as in `origin=ATL`.
function importanceOf(model: ModelVersion | undefined): (column: string) => number {
  const features = model?.package?.featureImportance ?? []
  const total = features.reduce((sum, each) => sum + Math.abs(each.importance), 0) || 1
  return (column) =>
    features
      .filter(
        ({ feature }) =>
          feature === column || (/^[=:. [(]/.test(feature.slice(column.length)) && feature.startsWith(column)),
      )
      .reduce((sum, each) => sum + Math.abs(each.importance), 0) / total
}

type MultiplesProps = {
  readonly columns: readonly Distribution[]
  readonly monitor: Monitor
  readonly importance: (column: string) => number
}

function Multiples({ columns, monitor, importance }: MultiplesProps) {
  const sorted = [...columns].sort((a, b) => importance(b.column) - importance(a.column)).slice(0, MOST)
  return (
    <Columns min={250}>
      {sorted.map((distribution) => (
        <ChartFrame
          key={distribution.column}
          name={distribution.column}
          title={
            <Link
              to="/monitors/$name"
              params={{ name: monitor.spec.name }}
              search={{ column: distribution.column, window: monitor.lastWindow?.from }}
            >
              {distribution.column}
            </Link>
          }
          note={
            <>
              <DriftNote drift={distribution.drift} />
              {importance(distribution.column) > 0 && ` · importance ${formatPercent(importance(distribution.column))}`}
            </>
          }
          data={() => distributionData(distribution)}
        >
          <DistributionPlot distribution={distribution} />
        </ChartFrame>
      ))}
    </Columns>
  )
}
