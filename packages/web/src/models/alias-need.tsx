import type { Need } from '@regia/core'
import { Ago } from '../kernel/ago.tsx'
import { Lamp } from '../kernel/lamp.tsx'
import { LinkButton } from '../kernel/link-button.tsx'
import classes from '../overview/overview.module.css'

/** A wish to move a protected alias, among what needs a person. */
export function AliasNeed({ need }: { readonly need: Extract<Need, { kind: 'alias-request' }> }) {
  const { model, alias, version, requestedBy, requestedAt, reason } = need.request
  return (
    <>
      <Lamp health="attention" label="waits for approval" />
      <div>
        <b>
          {requestedBy} wants {model} v{version} as {alias}
        </b>
        <p>
          {reason && `${reason} · `}asked <Ago at={requestedAt} />
        </p>
      </div>
      <div className={classes.acts}>
        <LinkButton to="/models/$name/$version" params={{ name: model, version: String(version) }}>
          Review
        </LinkButton>
      </div>
    </>
  )
}
