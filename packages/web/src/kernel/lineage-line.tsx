import type { ReactNode } from 'react'
import classes from './kernel.module.css'

/** Where something comes from and goes to, as one line whose parts can be clicked. */
export function LineageLine({ items }: { readonly items: readonly (readonly [string, ReactNode])[] }) {
  return (
    <ol className={classes.lineage} aria-label="Lineage">
      {items.map(([key, item]) => (
        <li key={key}>{item}</li>
      ))}
    </ol>
  )
}
