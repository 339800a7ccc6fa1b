import type { AliasRequest } from '@regia/core'
import { Link } from '@tanstack/react-router'

/** From which version to which an alias is wanted. */
export const RequestedMove = ({ request: { model, version, fromVersion } }: { readonly request: AliasRequest }) => (
  <>
    {fromVersion !== undefined && `v${fromVersion} → `}
    <Link to="/models/$name/$version" params={{ name: model, version: String(version) }}>
      <b>v{version}</b>
    </Link>
  </>
)
