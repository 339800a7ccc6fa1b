import type { ScheduleWhen } from '@regia/core'

/** What makes a schedule run, in words. */
export function whenText(when: ScheduleWhen): string {
  switch (when.on) {
    case 'time':
      return `${when.cron} (${when.timezone})`
    case 'dataset':
      return `a new version of ${when.dataset}`
    case 'alias':
      return `${when.model}@${when.alias} moved`
    case 'alert':
      return `an alert of ${when.monitor}`
    case 'webhook':
      return 'a call of its webhook'
  }
}
