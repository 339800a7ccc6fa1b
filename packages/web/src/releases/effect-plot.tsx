import type { ExperimentAnalysis } from '@regia/core'
import { formatNumber } from '../kernel/format.ts'
import { effectScale, signed } from './effect-scale.ts'
import classes from './releases.module.css'

type EffectPlotProps = { readonly analysis: ExperimentAnalysis; readonly minimumEffect: number }

/** Each arm's difference from the control with its interval, on one axis with zero and the smallest difference that is worth finding. */
export function EffectPlot({ analysis, minimumEffect }: EffectPlotProps) {
  const { comparisons, control } = analysis
  const { at, reach } = effectScale(comparisons, minimumEffect)
  return (
    <div className={classes.effects} role="img" aria-label={describe(analysis)}>
      {comparisons.map(({ version, difference, interval }) => (
        <div key={version} className={classes.effect}>
          <span>
            v{version} − v{control.version}
          </span>
          <div>
            <u style={{ left: at(-minimumEffect), width: `calc(${at(minimumEffect)} - ${at(-minimumEffect)})` }} />
            <s style={{ left: at(0) }} />
            {interval && (
              <i style={{ left: at(interval.lower), width: `calc(${at(interval.upper)} - ${at(interval.lower)})` }} />
            )}
            {difference !== undefined && <b style={{ left: at(difference) }} />}
          </div>
          <span>
            {difference === undefined ? 'hidden until its size' : signed(difference)}
            {interval && (
              <small>
                {' '}
                {signed(interval.lower)} to {signed(interval.upper)}
              </small>
            )}
          </span>
        </div>
      ))}
      <div className={classes.effectAxis}>
        <span />
        <div>
          <span style={{ left: at(-reach) }}>{signed(-reach)}</span>
          <span style={{ left: at(0) }}>0</span>
          <span style={{ left: at(reach) }}>{signed(reach)}</span>
        </div>
        <span>grey: ±{formatNumber(minimumEffect)}, not worth finding</span>
      </div>
    </div>
  )
}

const describe = ({ comparisons, metric }: ExperimentAnalysis): string =>
  `Differences of ${metric}: ${comparisons
    .map(({ version, difference, interval }) =>
      difference === undefined
        ? `v${version} hidden`
        : `v${version} ${signed(difference)}${interval ? `, ${signed(interval.lower)} to ${signed(interval.upper)}` : ''}`,
    )
    .join('; ')}`
