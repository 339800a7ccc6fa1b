import { ALIASES, type ModelVersion } from '@regia/core'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'

/** Moves an alias to this version; endpoints follow the alias. */
export function PromoteAlias({ version }: { readonly version: ModelVersion }) {
  const { model, version: number, aliases, report } = version
  return ALIASES.filter((alias) => !aliases.includes(alias)).map((alias) => (
    <ConfirmAction
      key={alias}
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
      {report && !report.passed && <p>Its checks have not passed.</p>}
      {!report && <p>It was registered without an evaluation.</p>}
    </ConfirmAction>
  ))
}
