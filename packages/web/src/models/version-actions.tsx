import type { ModelVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { LinkButton } from '../kernel/link-button.tsx'
import { MoveAliasButton } from './move-alias.tsx'
import { PromoteAlias } from './promote-alias.tsx'
import { modelQuery } from './queries.ts'
import { VersionMenu } from './version-menu.tsx'

/** What can be done with a version: give it an alias, compare it with what it would replace, delete it. */
export function VersionActions({ version }: { readonly version: ModelVersion }) {
  return (
    <>
      <PromoteAlias version={version} />
      <MoveAliasButton version={version} />
      <CompareLink version={version} />
      <VersionMenu version={version} />
    </>
  )
}

// With the champion; the champion itself with the version before it.
function CompareLink({ version: { model: name, version } }: { readonly version: ModelVersion }) {
  const { data: model } = useQuery(modelQuery(name))
  const champion = model?.aliases.find(({ alias }) => alias === 'champion')?.version
  const isOther = champion !== undefined && champion !== version
  if (!isOther && version === 1) return null
  return (
    <LinkButton
      to="/models/$name/compare"
      params={{ name }}
      search={{ before: isOther ? 'champion' : String(version - 1), after: String(version) }}
    >
      {isOther ? 'Compare with champion' : `Compare with v${version - 1}`}
    </LinkButton>
  )
}
