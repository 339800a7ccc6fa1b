import type { Need } from '@regia/core'
import { Lamp } from '../kernel/lamp.tsx'
import { LinkButton } from '../kernel/link-button.tsx'
import classes from '../overview/overview.module.css'

/** A version that an endpoint needs and cannot load, as it asks for a person. */
export function LoadNeed({
  need: { endpoint, deployment },
}: {
  readonly need: Extract<Need, { kind: 'failed-load' }>
}) {
  return (
    <>
      <Lamp health="broken" label="failed" />
      <div>
        <b>
          {endpoint}: {deployment.model} v{deployment.version} cannot be loaded
        </b>
        <p>{deployment.error}</p>
      </div>
      <div className={classes.acts}>
        <LinkButton to="/endpoints/$name" params={{ name: endpoint }}>
          Why
        </LinkButton>
      </div>
    </>
  )
}
