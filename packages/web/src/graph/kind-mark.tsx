import type { StepKind } from '@regia/core'
import classes from './graph.module.css'

/** A drawing for each kind of step, so that a graph can be read without its words. */
const PATHS: Readonly<Record<StepKind, string>> = {
  code: 'M5 3.5 1.5 7 5 10.5M9 3.5 12.5 7 9 10.5',
  command: 'M1.5 3.5 5 7 1.5 10.5M6.5 10.5h6',
  notebook: 'M3 1.5h8.5v11H3zM5.5 1.5v11M1.5 4h2M1.5 7h2M1.5 10h2',
  gate: 'M7 1.5 12 3.5v4c0 3-2.5 4.5-5 5.5-2.5-1-5-2.5-5-5.5v-4zM4.8 7l1.6 1.7L9.5 5.5',
  register: 'M2 5 7 2l5 3v5l-5 3-5-3zM2 5l5 3 5-3M7 8v5',
  save: 'M2 4c0-3 10-3 10 0v6c0 3-10 3-10 0zM2 4c0 3 10 3 10 0',
  approve: 'M7 7a2.7 2.7 0 1 0 0-5.4A2.7 2.7 0 0 0 7 7zM1.8 13c.4-5 10-5 10.4 0',
}

export const KIND_WORDS: Readonly<Record<StepKind, string>> = {
  code: 'code of the project',
  command: 'a program',
  notebook: 'a notebook',
  gate: 'checks that decide',
  register: 'registers a model',
  save: 'saves to the catalog',
  approve: 'a person decides',
}

export function KindMark({ kind }: { readonly kind: StepKind }) {
  return (
    <svg viewBox="0 0 14 14" width="13" height="13" className={classes.mark} role="img" aria-label={KIND_WORDS[kind]}>
      <title>{KIND_WORDS[kind]}</title>
      <path d={PATHS[kind]} />
    </svg>
  )
}
