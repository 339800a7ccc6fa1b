import { command } from '../command.ts'

const monitor = { description: 'name of the monitor' } as const
const limit = { type: 'integer', value: 'N', description: 'at most so many', default: 20 } as const

const list = command({
  name: 'monitors list',
  summary: 'list the monitors and how they stand',
  examples: ['regia monitors list'],
  load: async () => (await import('../actions/monitors.ts')).listMonitors,
})

const show = command({
  name: 'monitors show',
  summary: 'show a monitor: its settings and its last window, column by column',
  args: { name: monitor },
  examples: ['regia monitors show penguins'],
  load: async () => (await import('../actions/monitors.ts')).showMonitor,
})

const windows = command({
  name: 'monitors windows',
  summary: 'print the windows of a monitor, newest last',
  args: { name: monitor },
  options: { limit },
  examples: ['regia monitors windows penguins --limit 30'],
  load: async () => (await import('../actions/monitors.ts')).showWindows,
})

const alerts = command({
  name: 'alerts list',
  summary: 'list alerts, newest first, with their causes',
  options: {
    status: { type: 'text', value: 'STATUS', description: 'only open, acknowledged or closed ones' },
    monitor: { type: 'text', value: 'NAME', description: 'only of this monitor' },
    limit,
  },
  examples: ['regia alerts list --status open'],
  load: async () => (await import('../actions/alerts.ts')).listAlerts,
})

const acknowledge = command({
  name: 'alerts acknowledge',
  summary: 'say that somebody looks after an alert',
  args: { alert: { description: 'id of the alert' } },
  examples: ['regia alerts acknowledge alr_01h2x3k4m5n6p7q8'],
  load: async () => (await import('../actions/alerts.ts')).acknowledgeAlert,
})

export const monitorCommands = [list, show, windows, alerts, acknowledge]
