import type { ModelVersion } from '@regia/core'
import { useNavigate } from '@tanstack/react-router'
import { api } from '../kernel/api.ts'
import { ConfirmAction } from '../kernel/confirm-action.tsx'

/** What can be done with a version beside moving aliases. */
export function VersionMenu({ version }: { readonly version: ModelVersion }) {
  const navigate = useNavigate()
  const { model, version: number } = version
  return (
    <ConfirmAction
      label="Delete"
      title={`Delete ${model} v${number}?`}
      act={async () => {
        await api.models.deleteVersion(model, number)
        await navigate({ to: '/models/$name', params: { name: model } })
      }}
      done={`${model} v${number} is deleted; it can be restored from the page of ${model}`}
    >
      <p>Its aliases go with it. It can be restored until it is purged; while an endpoint serves it, it stays.</p>
    </ConfirmAction>
  )
}
