import type { Endpoint } from '@regia/core'
import { formatPercent } from '../kernel/format.ts'
import { ShareBar } from '../kernel/share-bar.tsx'
import { roleWord } from './deployments.ts'

/** Who answers: a bar of shares, and each version with what it does. */
export function ServingShare({ endpoint }: { readonly endpoint: Endpoint }) {
  const { deployments, traffic } = endpoint
  const answered = traffic.filter((each) => each.role !== 'shadow').reduce((sum, each) => sum + each.requestCount, 0)
  const shares = deployments
    .filter((deployment) => deployment.role !== 'previous')
    .map(({ version, role, state }) => {
      const requests = traffic.find((each) => each.version === version && each.role === role)?.requestCount ?? 0
      const share = role === 'shadow' || answered === 0 ? '' : ` ${formatPercent(requests / answered)}`
      const note = state === 'ready' ? '' : ` (${state})`
      return { role, weight: role === 'shadow' ? 0.18 : 1, label: `v${version} ${roleWord(role)}${share}${note}` }
    })
  if (shares.length === 0) return <>nothing deployed</>
  return (
    <>
      <ShareBar shares={shares} />
      <span>{shares.map((share) => share.label).join(' · ')}</span>
    </>
  )
}
