import type { Distribution } from '@regia/core'
import { formatNumber, formatPercent } from '../kernel/format.ts'
import classes from './charts.module.css'

const HEIGHT = 84
const WIDTH = 260

/** Reference (grey, filled) and window (blue, line) over the same bins; a hover reads both. */
export function DistributionPlot({ distribution }: { readonly distribution: Distribution }) {
  const { reference, current } = distribution
  const most = Math.max(...reference, ...current, 1e-9)
  const step = WIDTH / Math.max(1, reference.length)
  const y = (fraction: number) => HEIGHT - 1 - (fraction / most) * (HEIGHT - 8)
  const outline = (fractions: readonly number[]) =>
    fractions.map((each, i) => `${i ? 'L' : 'M'}${i * step} ${y(each)}L${(i + 1) * step} ${y(each)}`).join('')
  return (
    <div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        className={classes.distribution}
        role="img"
        aria-label={`${distribution.column}: reference and window over ${reference.length} bins`}
      >
        <path d={`${outline(reference)}L${WIDTH} ${HEIGHT}L0 ${HEIGHT}Z`} className={classes.referenceArea} />
        {current.length > 0 && <path d={outline(current)} className={classes.currentLine} />}
        {reference.map((fraction, i) => (
          <rect key={binName(distribution, i)} x={i * step} width={step} height={HEIGHT} className={classes.hit}>
            <title>{`${binName(distribution, i)}: reference ${formatPercent(fraction)}, now ${formatPercent(current[i])}`}</title>
          </rect>
        ))}
      </svg>
      <Ends distribution={distribution} />
    </div>
  )
}

function Ends({ distribution: { edges, labels } }: { readonly distribution: Distribution }) {
  const first = edges ? `≤ ${formatNumber(edges[0])}` : labels?.[0]
  const last = edges ? `> ${formatNumber(edges.at(-1))}` : labels?.at(-1)
  return (
    <div className={classes.ends}>
      <span>{first}</span>
      <span>{last}</span>
    </div>
  )
}

/** What a bin holds, in words: `3.1 to 4.5`, `ATL`. */
export function binName({ edges, labels }: Distribution, i: number): string {
  if (labels?.[i] !== undefined) return labels[i]
  if (!edges || edges.length === 0) return `bin ${i + 1}`
  if (i === 0) return `up to ${formatNumber(edges[0])}`
  return i >= edges.length
    ? `over ${formatNumber(edges.at(-1))}`
    : `${formatNumber(edges[i - 1])} to ${formatNumber(edges[i])}`
}

export const distributionData = (distribution: Distribution) => ({
  columns: ['bin', 'reference', 'window'],
  rows: distribution.reference.map((fraction, i) => [
    binName(distribution, i),
    fraction,
    distribution.current[i] ?? null,
  ]),
})
