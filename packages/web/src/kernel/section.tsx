import type { ReactNode } from 'react'
import classes from './kernel.module.css'

type SectionProps = {
  readonly title: string
  readonly note?: ReactNode
  readonly actions?: ReactNode
  readonly id?: string
  readonly children: ReactNode
}

export function Section({ title, note, actions, id, children }: SectionProps) {
  return (
    <section id={id} aria-label={title}>
      <div className={classes.sectionHead}>
        <h2>{title}</h2>
        {note && <small>{note}</small>}
        {actions && <div className={classes.sectionActions}>{actions}</div>}
      </div>
      {children}
    </section>
  )
}

export function Card({ children, pad = false }: { readonly children: ReactNode; readonly pad?: boolean }) {
  return <div className={`${classes.card} ${pad ? classes.pad : ''}`}>{children}</div>
}

// Small cards stand in pairs on a phone; charts take its whole width.
const narrowest = (min: number) => (min <= 260 ? `clamp(140px, 42vw, ${min}px)` : `${min}px`)

/** Cards side by side, as many as fit. */
export function Columns({ children, min = 220 }: { readonly children: ReactNode; readonly min?: number }) {
  return (
    <div
      className={classes.columns}
      style={{ gridTemplateColumns: `repeat(auto-fit, minmax(min(100%, ${narrowest(min)}), 1fr))` }}
    >
      {children}
    </div>
  )
}

type StatProps = {
  readonly label: string
  readonly value: ReactNode
  readonly unit?: ReactNode
  readonly children?: ReactNode
}

/** One figure with its unit and what puts it in proportion. */
export function Stat({ label, value, unit, children }: StatProps) {
  return (
    <div className={`${classes.card} ${classes.stat}`}>
      <div className={classes.statLabel}>{label}</div>
      <div className={classes.statValue}>
        {value} {unit && <small>{unit}</small>}
      </div>
      {children && <div className={classes.statNote}>{children}</div>}
    </div>
  )
}
