import type { Alert, Decision, NotificationEvent, NotifierSpec, RunSummary } from '@regia/core'

/** Something that people may want to be told of. */
export type Message = {
  readonly event: NotificationEvent
  /** The same occasion is told of once. */
  readonly occasion: string
  /** Whose notifiers; absent where it belongs to no pipeline. */
  readonly pipeline?: string
  readonly title: string
  readonly text: string
  readonly path: string
  readonly at: string
}

/** A notifier that asks for some pipelines hears of those, and of what belongs to none. */
export const concerns = ({ events, pipelines }: NotifierSpec, { event, pipeline }: Message): boolean =>
  events.includes(event) && (pipeline === undefined || pipelines.length === 0 || pipelines.includes(pipeline))

const nameOf = ({ pipeline, number }: RunSummary): string => `${pipeline} #${number}`
const pathOf = ({ id }: RunSummary): string => `/runs/${id}`

/** What the end of a run means; a run that was cancelled means nothing to anybody who did not do it. */
export function messagesOfRun(run: RunSummary, hasFailedBefore: boolean): readonly Message[] {
  const at = run.finishedAt ?? run.createdAt
  const shared = { occasion: `run:${run.id}`, pipeline: run.pipeline, path: pathOf(run), at }
  if (run.status === 'failed') {
    const step = run.error?.data?.step
    const where = typeof step === 'string' ? ` in step "${step}"` : ''
    return [{ ...shared, event: 'run-failed', title: `${nameOf(run)} failed${where}`, text: failureText(run) }]
  }
  if (run.status !== 'succeeded') return []
  const text = metricsText(run)
  const succeeded: Message = { ...shared, event: 'run-succeeded', title: `${nameOf(run)} succeeded`, text }
  const recovered: Message = {
    ...shared,
    event: 'run-recovered',
    title: `${nameOf(run)} succeeded again`,
    text: [`The run of "${run.pipeline}" before it failed.`, text].filter(Boolean).join('\n'),
  }
  return hasFailedBefore ? [recovered, succeeded] : [succeeded]
}

export const messageOfApproval = (run: RunSummary, step: string, question: string, at: string): Message => ({
  event: 'approval-wanted',
  occasion: `approval:${run.id}/${step}`,
  pipeline: run.pipeline,
  title: `${nameOf(run)} waits for an approval: ${step}`,
  text: `${question}\nDecide on its page, or with "regia approve ${run.id} ${step}".`,
  path: pathOf(run),
  at,
})

export const messageOfAlert = (alert: Alert): Message => ({
  event: 'alert-opened',
  occasion: `alert:${alert.id}`,
  title: alert.title,
  text: [
    `Monitor "${alert.monitor}" watches endpoint "${alert.endpoint}", version ${alert.version}.`,
    `It saw ${alert.value.toPrecision(4)} where ${alert.threshold.toPrecision(4)} is the limit, from ${alert.window.from} until ${alert.window.until}.`,
  ].join('\n'),
  path: `/alerts?alert=${alert.id}`,
  at: alert.openedAt,
})

const RELEASE_WORDS: Readonly<Partial<Record<Decision['kind'], string>>> = {
  promoted: 'was promoted',
  refused: 'was refused',
  'rolled-back': 'was taken back',
  paused: 'is paused',
  recommended: 'waits for a person',
}

/** What became of a version that was being released; undefined for decisions that change nothing for anybody. */
export function messageOfDecision({
  id,
  endpoint,
  kind,
  fromVersion,
  toVersion,
  by,
  reason,
  at,
}: Decision): Message | undefined {
  const words = RELEASE_WORDS[kind]
  if (words === undefined) return undefined
  const version = kind === 'refused' || kind === 'rolled-back' ? fromVersion : toVersion
  return {
    event: 'release-decided',
    occasion: `decision:${id}`,
    title: `${endpoint}: ${version === undefined ? 'the release' : `version ${version}`} ${words}`,
    text: `${reason}\nDecided by: ${by}.`,
    path: `/endpoints/${endpoint}`,
    at,
  }
}

export type FailedSchedule = {
  readonly schedule: string
  readonly pipeline: string
  readonly at: string
  readonly number: number
  readonly reason: string
}

export const messageOfSchedule = ({ schedule, pipeline, at, number, reason }: FailedSchedule): Message => ({
  event: 'schedule-failed',
  occasion: `schedule:${schedule}/${number}/${at}`,
  pipeline,
  title: `Schedule "${schedule}" could not run ${pipeline}`,
  text: `The run for ${at} did not start: ${reason}`,
  path: `/schedules?schedule=${encodeURIComponent(schedule)}`,
  at,
})

function failureText({ error }: RunSummary): string {
  if (!error) return 'It says no reason.'
  return [error.message, error.where && `at ${error.where}`, error.hint].filter(Boolean).join('\n')
}

const metricsText = ({ metrics }: RunSummary): string =>
  Object.entries(metrics)
    .slice(0, 20)
    .map(([name, value]) => `${name}: ${Number(value.toPrecision(6))}`)
    .join('\n')
