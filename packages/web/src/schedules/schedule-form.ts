import type { Schedule, ScheduleSpec, ScheduleWhen } from '@regia/core'

/** What a person has typed about a schedule. */
export type ScheduleDraft = {
  readonly name: string
  readonly description: string
  readonly pipeline: string
  readonly channel: string
  readonly on: ScheduleWhen['on']
  readonly cron: string
  readonly timezone: string
  readonly catchUp: Extract<ScheduleWhen, { on: 'time' }>['catchUp']
  /** The dataset, the model or the monitor whose events it follows. */
  readonly subject: string
  readonly alias: string
  readonly overlap: ScheduleSpec['overlap']
  /** JSON. */
  readonly params: string
}

export function scheduleDraft(schedule: Schedule | undefined): ScheduleDraft {
  const when = schedule?.when
  return {
    name: schedule?.name ?? '',
    description: schedule?.description ?? '',
    pipeline: schedule?.pipeline ?? '',
    channel: schedule?.channel ?? '',
    on: when?.on ?? 'time',
    cron: when?.on === 'time' ? when.cron : '0 2 * * *',
    timezone: when?.on === 'time' ? when.timezone : Intl.DateTimeFormat().resolvedOptions().timeZone,
    catchUp: when?.on === 'time' ? when.catchUp : 'latest',
    subject: subjectOf(when),
    alias: when?.on === 'alias' ? when.alias : 'champion',
    overlap: schedule?.overlap ?? 'skip',
    params: schedule && Object.keys(schedule.params).length > 0 ? JSON.stringify(schedule.params) : '',
  }
}

function subjectOf(when: ScheduleWhen | undefined): string {
  if (when?.on === 'dataset') return when.dataset
  if (when?.on === 'alias') return when.model
  return when?.on === 'alert' ? when.monitor : ''
}

/** What is missing or wrong, by field. */
export function scheduleErrors(draft: ScheduleDraft): Readonly<Partial<Record<keyof ScheduleDraft, string>>> {
  const needsSubject = draft.on === 'dataset' || draft.on === 'alias' || draft.on === 'alert'
  return {
    ...(!/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/.test(draft.name) && { name: 'letters, digits, ".", "_" and "-"' }),
    ...(draft.pipeline === '' && { pipeline: 'which one?' }),
    ...(draft.on === 'time' &&
      draft.cron.trim().split(/\s+/).length !== 5 && { cron: 'five fields, such as 0 2 * * *' }),
    ...(needsSubject && draft.subject === '' && { subject: 'which one?' }),
    ...(draft.on === 'alias' && draft.alias === '' && { alias: 'which one?' }),
    ...(!isJsonObject(draft.params) && { params: 'an object as JSON, such as {"date": "{date}"}' }),
  }
}

function isJsonObject(text: string): boolean {
  if (text.trim() === '') return true
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** The schedule that a draft without errors says. */
export function scheduleSpec(draft: ScheduleDraft): ScheduleSpec {
  const { name, description, pipeline, channel, overlap } = draft
  const params: ScheduleSpec['params'] = draft.params.trim() === '' ? {} : JSON.parse(draft.params)
  return { name, description, pipeline, overlap, params, when: whenOf(draft), ...(channel && { channel }) }
}

function whenOf({ on, cron, timezone, catchUp, subject, alias }: ScheduleDraft): ScheduleWhen {
  switch (on) {
    case 'time':
      return { on, cron: cron.trim(), timezone: timezone.trim() || 'UTC', catchUp }
    case 'dataset':
      return { on, dataset: subject }
    case 'alias':
      return { on, model: subject, alias }
    case 'alert':
      return { on, monitor: subject }
    case 'webhook':
      return { on }
  }
}
