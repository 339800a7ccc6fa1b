import type { ColumnDrift, Monitor, WindowResult } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { describeReference } from './endpoint-reference.ts'
import { formatEstimate, formatNumber, formatScore, formatTime } from './format.ts'
import { statusMark } from './status-mark.ts'

export const listMonitors: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect()
  const page = await client.monitors.list({ limit: 1000 })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No monitors yet. Declare one in monitors/ and run "regia apply".'
      : output.table(page.items, [
          { title: 'monitor', value: (each: Monitor) => each.spec.name },
          { title: 'endpoint', value: (each) => each.spec.endpoint },
          {
            title: 'last window',
            value: ({ lastWindow }) => (lastWindow ? statusMark(lastWindow.status, output.style) : 'none'),
          },
          { title: 'windows', value: (each) => formatNumber(each.windowCount), align: 'right' },
          { title: 'open alerts', value: (each) => formatNumber(each.openAlertCount), align: 'right' },
          { title: 'looked until', value: (each) => formatTime(each.evaluatedUntil) },
        ]),
  )
}

export const showMonitor: Action<{ name: string }> = async (input, context) => {
  const { client } = await context.connect()
  const monitor = await client.monitors.get(input.name)
  const { output } = context
  output.result(monitor, () =>
    [describeSpec(monitor, output), ...(monitor.lastWindow ? [describeWindow(monitor.lastWindow, output)] : [])].join(
      '\n\n',
    ),
  )
}

function describeSpec({ spec, windowCount, openAlertCount, reference }: Monitor, output: Output): string {
  const { style } = output
  const performance = spec.performance
    ? `${spec.performance.metric} at least ${spec.performance.minimum}, labels after ${spec.performance.labelDelay}`
    : 'not watched'
  return [
    `${style.bold(spec.name)}  on endpoint ${spec.endpoint}, windows of ${spec.window}, alert after ${spec.consecutiveWindows} in a row`,
    `  drift       false alarms at most ${spec.drift.falseAlarmRate}, effect at least ${spec.drift.minimumEffect}, ${spec.drift.minimumRows} rows`,
    `  performance ${performance}`,
    ...(reference ? [`  reference   ${describeReference(reference, output)}`] : []),
    `  then        ${spec.actions.map((action) => `${action.kind} ${action.pipeline}, at most every ${action.cooldown}`).join('; ') || 'alert'}`,
    style.dim(`  ${windowCount} windows evaluated, ${openAlertCount} open alerts`),
  ].join('\n')
}

function describeWindow(window: WindowResult, output: Output): string {
  const head = `${formatTime(window.from)} to ${formatTime(window.until)}  ${statusMark(window.status, output.style)}  ${formatNumber(window.predictionCount)} predictions of version ${window.version}`
  const table = output.table(window.drift, [
    {
      title: 'column',
      value: (each: ColumnDrift) => (each.role === 'prediction' ? `${each.column} (prediction)` : each.column),
    },
    { title: 'drift', value: (each) => statusMark(each.isDrifted ? 'attention' : 'well', output.style) },
    { title: 'moved', value: (each) => formatScore(each.effect), align: 'right' },
    { title: 'test', value: (each) => each.test },
    { title: 'adjusted p', value: (each) => formatNumber(each.adjustedPValue), align: 'right' },
    { title: 'nulls', value: (each) => formatScore(each.nullFraction), align: 'right' },
    { title: 'unseen', value: (each) => formatScore(each.unseenFraction), align: 'right' },
  ])
  return [head, table, ...(window.performance ? [performanceText(window.performance)] : [])].join('\n')
}

const performanceText = (found: NonNullable<WindowResult['performance']>) =>
  `${found.metric} ${formatEstimate(found.estimate)}, at least ${found.minimum} wanted; ${formatNumber(found.labelCount)} labels (${formatScore(found.labelCoverage)} of the predictions)`

export const showWindows: Action<{ name: string; limit: number }> = async (input, context) => {
  const { client } = await context.connect()
  const page = await client.monitors.windows(input.name, { limit: input.limit })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No window has closed yet.'
      : output.table(page.items, [
          { title: 'from', value: (each: WindowResult) => formatTime(each.from) },
          { title: 'until', value: (each) => formatTime(each.until) },
          { title: 'status', value: (each) => statusMark(each.status, output.style) },
          { title: 'predictions', value: (each) => formatNumber(each.predictionCount), align: 'right' },
          { title: 'score', value: (each) => formatEstimate(each.performance?.estimate) },
          {
            title: 'drifted',
            value: (each) =>
              each.drift
                .filter(({ isDrifted }) => isDrifted)
                .map(({ column }) => column)
                .join(', '),
            shrinks: true,
          },
        ]),
  )
}
