import classes from './charts.module.css'

type Bins = { readonly edges: readonly number[]; readonly counts: readonly number[] }

const WIDTH = 400
const HEIGHT = 120

/** Two histograms on one axis, each as density, so that other bins and another number of rows do not deceive. */
export function HistogramComparison({ now, before }: { readonly now: Bins; readonly before: Bins | undefined }) {
  const edges = [...now.edges, ...(before?.edges ?? [])]
  const low = Math.min(...edges)
  const span = Math.max(...edges) - low || 1
  const both = [densities(now), ...(before ? [densities(before)] : [])]
  const most = Math.max(...both.flat(), 1e-300)
  const path = (bins: Bins, heights: readonly number[]) =>
    heights
      .map((height, i) => {
        const y = (HEIGHT - 1 - (height / most) * (HEIGHT - 8)).toFixed(1)
        const x = (edge: number | undefined) => ((((edge ?? low) - low) / span) * WIDTH).toFixed(1)
        return `${i ? 'L' : `M${x(bins.edges[0])} ${HEIGHT}L`}${x(bins.edges[i])} ${y}L${x(bins.edges[i + 1])} ${y}`
      })
      .join('')
  const [nowHeights = [], beforeHeights = []] = both
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={classes.comparison}
      role="img"
      aria-label="Distribution of this version and of the version before"
    >
      {before && <path d={`${path(before, beforeHeights)}V${HEIGHT}Z`} className={classes.referenceArea} />}
      <path d={`${path(now, nowHeights)}V${HEIGHT}`} className={classes.currentLine} />
    </svg>
  )
}

/** Share of the rows per unit of the axis. */
function densities({ edges, counts }: Bins): readonly number[] {
  const total = counts.reduce((sum, count) => sum + count, 0) || 1
  return counts.map((count, i) => count / total / ((edges[i + 1] ?? 0) - (edges[i] ?? 0) || 1))
}
