import type { DeploymentRole } from '@regia/core'
import { roleWord } from '../endpoints/deployments.ts'
import classes from './releases.module.css'
import { shareToneOf } from './version-tones.ts'

type Versioned = { readonly version: number; readonly role: DeploymentRole }

/** A version with the colour that it has on every chart, and what it does. */
export function VersionMark({ one, all }: { readonly one: Versioned; readonly all: readonly Versioned[] }) {
  return (
    <span className={classes.version}>
      <i data-tone={shareToneOf(one, all)} aria-hidden="true" />v{one.version}
      <span className={classes.muted}>{roleWord(one.role)}</span>
    </span>
  )
}
