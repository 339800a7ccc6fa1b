import { advantageText, changeText, type ModelVersion, type OptimisationReport } from '@regia/core'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { formatBytes, formatCount, formatDuration, formatNumber } from '../kernel/format.ts'
import { Card, Section } from '../kernel/section.tsx'
import { PlainTable } from '../table/plain-table.tsx'
import classes from './models.module.css'

/** What a version was made from by making it smaller or faster, and what that brought; nothing of others. */
export function OptimisationNote({ version: { model, version, lineage } }: { readonly version: ModelVersion }) {
  const { optimisation } = lineage
  if (!optimisation) return null
  const { by, fromVersion, rows } = optimisation
  const before = fromVersion === undefined ? 'Before' : `v${fromVersion}`
  return (
    <Section
      title={`Optimised by ${by}`}
      note={
        <>
          {fromVersion !== undefined && (
            <>
              from{' '}
              <Link to="/models/$name/$version" params={{ name: model, version: String(fromVersion) }}>
                {model} v{fromVersion}
              </Link>
              {' · '}
            </>
          )}
          judged on {formatCount(rows.judged)} held-out rows of {rows.source}
        </>
      }
    >
      <Card>
        <PlainTable
          label={`What optimising by ${by} brought`}
          isTight
          rows={gains(optimisation)}
          keyOf={({ what }) => what}
          columns={[
            { id: 'what', title: '', cell: ({ what }) => <span className={classes.gain}>{what}</span> },
            { id: 'before', title: before, isNumber: true, cell: (row) => row.before },
            { id: 'after', title: `v${version}`, isNumber: true, cell: (row) => row.after },
            { id: 'change', title: 'Change', isNumber: true, cell: (row) => <b>{row.change}</b> },
            {
              id: 'range',
              title: '95 % interval',
              isNumber: true,
              cell: (row) => <span className={classes.muted}>{row.range ?? '–'}</span>,
            },
          ]}
        />
        <p className={classes.optimised}>
          {partsText(optimisation)}Answers differ by {formatNumber(optimisation.output.meanDifference)} on average, at
          most by {formatNumber(optimisation.output.maxDifference)}.
        </p>
      </Card>
    </Section>
  )
}

type Gain = {
  readonly what: string
  readonly before: ReactNode
  readonly after: ReactNode
  readonly change: string
  readonly range?: string | undefined
}

function gains({ size, latency, score }: OptimisationReport): readonly Gain[] {
  const { value, interval } = score.advantage
  return [
    {
      what: 'Size of the graph',
      before: formatBytes(size.before),
      after: formatBytes(size.after),
      change: changeText(size.after / size.before),
    },
    ...latency.map(({ batch, beforeMs, afterMs, ratio }) => ({
      what: `Latency of ${batch === 1 ? '1 row' : `${batch} rows`}`,
      before: formatDuration(beforeMs),
      after: formatDuration(afterMs),
      change: changeText(ratio.value),
      range: ratio.interval && `${changeText(ratio.interval.lower)} to ${changeText(ratio.interval.upper)}`,
    })),
    {
      what: `${score.metric}, ${score.direction} is better`,
      before: formatNumber(score.before),
      after: formatNumber(score.after),
      change: advantageText(value),
      range: interval && `${advantageText(interval.lower)} to ${advantageText(interval.upper)}`,
    },
  ]
}

const partsText = ({ trees, layers }: OptimisationReport): string =>
  [
    trees && `${formatCount(trees.after)} of ${formatCount(trees.before)} trees are left. `,
    layers &&
      `${formatCount(layers.changed)} of ${formatCount(layers.changed + layers.kept)} dense layers are changed. `,
  ]
    .filter(Boolean)
    .join('')
