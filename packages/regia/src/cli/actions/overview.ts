import type { Need, Overview, TimelineEntry } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { describeAlert } from './alerts.ts'
import { servesText } from './endpoints.ts'
import { formatNumber, formatScore, formatTime } from './format.ts'
import { statusMark } from './status-mark.ts'

export const overview: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect()
  const found = await client.overview()
  context.output.result(found, () => describe(found, context.output))
}

function describe(found: Overview, output: Output): string {
  const { style } = output
  const needs = found.needs.length
    ? found.needs.map((need) => describeNeed(need, output)).join('\n')
    : style.green('● Nothing needs you.')
  return [needs, endpointTable(found, output), timelineTable(found.timeline.slice(0, 10), output)]
    .filter(Boolean)
    .join('\n\n')
}

function describeNeed(need: Need, output: Output): string {
  switch (need.kind) {
    case 'alert':
      return describeAlert(need.alert, output)
    case 'failed-load': {
      const { model, version, error } = need.deployment
      return `${statusMark('failed', output.style)}  ${need.endpoint}: ${model} version ${version} cannot be loaded. ${error ?? ''} (regia endpoints show ${need.endpoint})`
    }
    case 'failed-run':
      return `${statusMark('failed', output.style)}  ${need.run.pipeline} #${need.run.number}: ${need.run.error?.message ?? 'failed'}`
    case 'approval':
      return `${statusMark('attention', output.style)}  ${need.run.pipeline} #${need.run.number} asks: ${need.approval.question} (regia approve ${need.run.pipeline}#${need.run.number} ${need.step})`
    case 'alias-request': {
      const { id, model, alias, version, requestedBy } = need.request
      return `${statusMark('attention', output.style)}  ${requestedBy} wants ${model}@${version} as ${alias} (regia models approve ${id})`
    }
    case 'promotion':
      return `${statusMark('attention', output.style)}  ${need.endpoint}: version ${need.comparison.challengerVersion} waits for a person. ${need.comparison.reason}`
    case 'release': {
      const { state, kind, winner, reason } = need.release
      const what = state === 'paused' ? `${kind} paused` : `version ${winner} recommended`
      return `${statusMark('attention', output.style)}  ${need.endpoint}: ${what}. ${reason} (regia endpoints release ${need.endpoint})`
    }
  }
}

const endpointTable = ({ endpoints }: Overview, output: Output) =>
  endpoints.length === 0
    ? 'Nothing serves yet.'
    : output.table(endpoints, [
        { title: 'endpoint', value: ({ endpoint }) => endpoint.spec.name },
        { title: 'health', value: ({ health }) => statusMark(health, output.style) },
        { title: 'serves', value: ({ endpoint }) => servesText(endpoint) },
        {
          title: 'score',
          value: ({ score, scoreMetric }) => `${scoreMetric ?? ''} ${formatScore(score.at(-1)?.value)}`.trim(),
        },
        { title: 'predictions', value: ({ endpoint }) => formatNumber(endpoint.predictionCount), align: 'right' },
        { title: 'req/s', value: ({ requestsPerSecond }) => formatNumber(requestsPerSecond.at(-1)), align: 'right' },
      ])

const timelineTable = (entries: readonly TimelineEntry[], output: Output) =>
  entries.length === 0
    ? ''
    : output.table(entries, [
        { title: 'at', value: (entry) => formatTime(entry.eventTime ?? entry.at) },
        { title: 'what', value: (entry) => entry.title, shrinks: true },
        { title: 'detail', value: (entry) => entry.detail, shrinks: true },
      ])
