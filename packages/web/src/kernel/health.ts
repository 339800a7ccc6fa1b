/** How something is; each has a shape of its own. */
export type Health = 'well' | 'attention' | 'broken' | 'unknown' | 'running' | 'waiting'

const OF_STATUS: Readonly<Record<string, Health>> = {
  succeeded: 'well',
  cached: 'well',
  passed: 'well',
  ready: 'well',
  done: 'well',
  closed: 'well',
  ok: 'well',
  well: 'well',
  sent: 'well',
  started: 'well',
  there: 'well',
  approved: 'well',
  failed: 'broken',
  lost: 'broken',
  broken: 'broken',
  unreadable: 'broken',
  refused: 'broken',
  running: 'running',
  loading: 'running',
  queued: 'waiting',
  waiting: 'waiting',
  open: 'attention',
  paused: 'attention',
  missing: 'attention',
  attention: 'attention',
}

/** The lamp of a run, step, check, deployment or alert by its status. */
export const healthOfStatus = (status: string | undefined): Health => OF_STATUS[status ?? ''] ?? 'unknown'
