import { ALIASES, type ModelVersion } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'
import { Doubts } from './doubts.tsx'
import { modelQuery } from './queries.ts'

/** Moves an alias to this version, or asks for it where the alias is protected; endpoints follow the alias. */
export function PromoteAlias({ version }: { readonly version: ModelVersion }) {
  const { data: model } = useQuery(modelQuery(version.model))
  return ALIASES.filter((alias) => !version.aliases.includes(alias)).map((alias) =>
    model?.protectedAliases.includes(alias) ? (
      <AskAlias key={alias} version={version} alias={alias} />
    ) : (
      <MoveAlias key={alias} version={version} alias={alias} />
    ),
  )
}

type AliasProps = { readonly version: ModelVersion; readonly alias: string }

function MoveAlias({ version, alias }: AliasProps) {
  const { model, version: number } = version
  return (
    <ConfirmAction
      label={`Make ${alias}`}
      title={`Make ${model} v${number} the ${alias}?`}
      isPrimary={alias === 'champion'}
      asksReason
      act={(reason) => api.models.promote(model, number, { alias, ...(reason && { reason }) })}
      done={`${model} v${number} is the ${alias}`}
    >
      <p>
        Every endpoint that serves {model}@{alias} loads v{number}, tests it, and swaps to it; no request fails.
      </p>
      <Doubts version={version} />
    </ConfirmAction>
  )
}

function AskAlias({ version, alias }: AliasProps) {
  const { model, version: number } = version
  return (
    <ConfirmAction
      label={`Ask for ${alias}`}
      title={`Ask that ${model} v${number} becomes the ${alias}?`}
      isPrimary={alias === 'champion'}
      asksReason
      act={(reason) => api.models.request(model, { alias, version: number, reason: reason || 'Asked by hand.' })}
      done={`It is asked that ${model} v${number} becomes the ${alias}`}
    >
      <p>The alias {alias} is protected: it moves when somebody else has approved.</p>
      <Doubts version={version} />
    </ConfirmAction>
  )
}
