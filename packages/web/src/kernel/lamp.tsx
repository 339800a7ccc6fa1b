import classes from './kernel.module.css'

export type Health = 'well' | 'attention' | 'broken' | 'unknown' | 'running' | 'waiting'

const WORDS: Readonly<Record<Health, string>> = {
  well: 'well',
  attention: 'needs attention',
  broken: 'broken',
  unknown: 'not known',
  running: 'running',
  waiting: 'waiting',
}

/** Status as shape and colour: circle, triangle, square, ring. The word is there for whoever cannot see either. */
export function Lamp({ health, label }: { readonly health: Health; readonly label?: string | undefined }) {
  const word = label ?? WORDS[health]
  return <span className={`${classes.lamp} ${classes[health]}`} role="img" aria-label={word} title={word} />
}

const OF_STATUS: Readonly<Record<string, Health>> = {
  succeeded: 'well',
  cached: 'well',
  passed: 'well',
  ready: 'well',
  done: 'well',
  closed: 'well',
  ok: 'well',
  well: 'well',
  failed: 'broken',
  lost: 'broken',
  broken: 'broken',
  running: 'running',
  loading: 'running',
  queued: 'waiting',
  waiting: 'waiting',
  open: 'attention',
  attention: 'attention',
}

/** The lamp of a run, step, check, deployment or alert by its status. */
export const healthOfStatus = (status: string | undefined): Health => OF_STATUS[status ?? ''] ?? 'unknown'
