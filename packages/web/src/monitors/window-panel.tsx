import type { Distribution, Monitor, WindowResult } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { ChartFrame } from '../charts/chart-frame.tsx'
import { DistributionPlot, distributionData } from '../charts/distribution.tsx'
import { formatCount, formatPercent, formatScore } from '../kernel/format.ts'
import { Lamp } from '../kernel/lamp.tsx'
import { Loaded } from '../kernel/loaded.tsx'
import { Columns, Section } from '../kernel/section.tsx'
import { formatSpan } from '../kernel/time.ts'
import { DriftNote } from './drift-note.tsx'
import classes from './monitors.module.css'
import { distributionsQuery } from './queries.ts'

type WindowPanelProps = {
  readonly monitor: Monitor
  readonly window: WindowResult
  readonly column: string | undefined
  readonly onColumn: (column: string | undefined) => void
}

/** The selected window, column by column against the reference; the selected column first, then what moved most. */
export function WindowPanel({ monitor, window, column, onColumn }: WindowPanelProps) {
  const query = useQuery(distributionsQuery(monitor.spec.name, window.from, window.until))
  return (
    <Section
      title={`Window ${formatSpan(window.from, window.until)}`}
      note={<WindowNote window={window} />}
      actions={
        column && (
          <button type="button" className={classes.clear} onClick={() => onColumn(undefined)}>
            {column} first ✕
          </button>
        )
      }
    >
      <Loaded query={query} height={180}>
        {({ columns }) => (
          <Columns min={250}>
            {sortColumns(columns, column).map((distribution) => (
              <ChartFrame
                key={distribution.column}
                name={distribution.column}
                title={distribution.column}
                note={<DriftNote drift={distribution.drift} />}
                data={() => distributionData(distribution)}
              >
                <DistributionPlot distribution={distribution} />
              </ChartFrame>
            ))}
          </Columns>
        )}
      </Loaded>
    </Section>
  )
}

function WindowNote({ window: { status, predictionCount, performance, version } }: { readonly window: WindowResult }) {
  const score = performance?.estimate
  return (
    <>
      <Lamp health={status === 'too-few-rows' ? 'unknown' : status} label={status} /> v{version} ·{' '}
      {formatCount(predictionCount)} predictions
      {performance && ` · ${formatPercent(performance.labelCoverage)} of labels in`}
      {score && ` · ${performance?.metric.toUpperCase()} ${formatScore(score.value)}`} · grey is the reference
    </>
  )
}

const sortColumns = (columns: readonly Distribution[], first: string | undefined) =>
  [...columns].sort((a, b) => weight(b, first) - weight(a, first))

const weight = ({ column, drift }: Distribution, first: string | undefined) =>
  (column === first ? 10 : 0) + (drift?.isDrifted ? 2 : 0) + (drift?.effect ?? 0)
