import type { ReactNode } from 'react'
import { Command } from './command.tsx'
import classes from './kernel.module.css'

/** What would be here, and the command that makes it. */
export function Empty({ children, command }: { readonly children: ReactNode; readonly command?: string }) {
  return (
    <div className={classes.empty}>
      <p>{children}</p>
      {command && <Command text={command} />}
    </div>
  )
}
