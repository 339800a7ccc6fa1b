import type { Health } from './health.ts'
import classes from './kernel.module.css'

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
