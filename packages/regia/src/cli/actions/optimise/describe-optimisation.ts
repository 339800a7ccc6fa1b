import { advantageText, changeText, type ModelOptimisation, type OptimisationReport } from '@regia/core'
import type { Output } from '../../output.ts'
import { formatBytes, formatNumber } from '../format.ts'

/** Before and after, what was asked, and what became of it. */
export function describeOptimisation(
  { model, version, madeVersion, report }: ModelOptimisation,
  output: Output,
): string {
  if (!report) throw new Error('unreachable: what has ended without a report has failed')
  const { style } = output
  const mark = (passed: boolean) => (passed ? style.green('✓') : style.red('✗'))
  const failed = report.conditions.filter(({ passed }) => !passed)
  return [
    output.table(linesOf(report), [
      { title: '', value: ({ name }) => name },
      { title: `version ${version}`, value: ({ before }) => before, align: 'right' },
      { title: report.by, value: ({ after }) => after, align: 'right' },
      { title: 'change', value: ({ change }) => change, shrinks: true },
    ]),
    '',
    ...report.conditions.map(({ name, passed, message }) => `${mark(passed)} ${name}: ${message}`),
    style.dim(rowsText(report)),
    '',
    madeVersion === undefined
      ? `${mark(false)} It does not pay (${failed.map(({ name }) => name).join(', ')}): nothing was registered.`
      : `${mark(true)} ${style.bold(`${model} version ${madeVersion}`)} is made from version ${version}.`,
  ].join('\n')
}

type Line = { readonly name: string; readonly before: string; readonly after: string; readonly change: string }

function linesOf({ size, latency, score, output, trees, layers }: OptimisationReport): Line[] {
  const { advantage } = score
  const worst = advantage.interval
  return [
    { name: 'size', ...pair(size, formatBytes), change: changeText(size.after / size.before) },
    ...latency.map(({ batch, beforeMs, afterMs, ratio }) => ({
      name: `latency, ${batch === 1 ? '1 row' : `${batch} rows`}`,
      ...pair({ before: beforeMs, after: afterMs }, timeText),
      change: `${changeText(ratio.value)}${ratio.interval ? ` [${changeText(ratio.interval.lower)}, ${changeText(ratio.interval.upper)}]` : ''}`,
    })),
    {
      name: score.metric,
      ...pair(score, (value) => value.toFixed(4)),
      change: `${advantageText(advantage.value)}${worst ? ` [${advantageText(worst.lower)}, ${advantageText(worst.upper)}]` : ''}`,
    },
    {
      name: 'answers',
      before: '',
      after: '',
      change: `differ by ${formatNumber(output.meanDifference)}, at most ${formatNumber(output.maxDifference)}`,
    },
    ...(trees ? [{ name: 'trees', ...pair(trees, formatNumber), change: `${trees.keep} by held-out loss` }] : []),
    ...(layers
      ? [{ name: 'dense layers', before: '', after: formatNumber(layers.changed), change: `${layers.kept} left alone` }]
      : []),
  ]
}

const pair = (values: { readonly before: number; readonly after: number }, text: (value: number) => string) => ({
  before: text(values.before),
  after: text(values.after),
})

const rowsText = ({ rows }: OptimisationReport): string =>
  `Judged on ${formatNumber(rows.judged)} rows of ${rows.source}${rows.chosen === undefined ? '' : `; trees chosen on ${formatNumber(rows.chosen)} others`}.`

const timeText = (ms: number): string => (ms < 1 ? `${formatNumber(ms * 1000)} µs` : `${formatNumber(ms)} ms`)
