import type { ReactNode } from 'react'
import { Command } from './command.tsx'
import type { Health } from './health.ts'
import classes from './kernel.module.css'
import { Lamp } from './lamp.tsx'

type PageProps = {
  readonly title: string
  /** The path above says it already; the title is then only for those who do not see it. */
  readonly isTitleHidden?: boolean
  readonly health?: Health | undefined
  /** One line under the title: lineage, description. */
  readonly under?: ReactNode
  readonly actions?: ReactNode
  /** What gives the same outside the browser. */
  readonly cli: string
  readonly http: string
  readonly children: ReactNode
}

/** A page: its title and actions, its content, and at the end the command and the call that give the same. */
export function Page({ title, isTitleHidden = false, health, under, actions, cli, http, children }: PageProps) {
  return (
    <div className={classes.page}>
      <title>{`${title} · Regia`}</title>
      <div className={isTitleHidden ? classes.hidden : classes.head}>
        <div className={classes.headText}>
          <h1>
            {health && <Lamp health={health} />}
            <span>{title}</span>
          </h1>
          {under && <div className={classes.under}>{under}</div>}
        </div>
        {actions && <div className={classes.actions}>{actions}</div>}
      </div>
      {children}
      <footer className={classes.same}>
        <span>The same in a terminal</span>
        <Command text={cli} />
        <span>over HTTP</span>
        <Command text={http} />
      </footer>
    </div>
  )
}
