import type { DeploymentRole } from '@regia/core'
import classes from './kernel.module.css'

type Share = { readonly role: DeploymentRole; readonly weight: number; readonly label: string }

/** Traffic by version as one bar: champion blue; a shadow hatched, because it answers nobody. */
export function ShareBar({ shares }: { readonly shares: readonly Share[] }) {
  return (
    <div className={classes.share} role="img" aria-label={shares.map((share) => share.label).join(', ')}>
      {shares.map((share) => (
        <i key={share.label} data-role={share.role} style={{ flexGrow: share.weight }} title={share.label} />
      ))}
    </div>
  )
}
