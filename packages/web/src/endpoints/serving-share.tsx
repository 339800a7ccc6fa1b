import type { Endpoint } from '@regia/core'
import { formatPercent } from '../kernel/format.ts'
import { ShareBar } from '../kernel/share-bar.tsx'
import { roleWord } from './deployments.ts'

// A shadow answers nobody: its part of the bar only says that it is there.
const SHADOW_WEIGHT = 0.18

/** Who answers: a bar of shares, and each version with what it does. */
export function ServingShare({ endpoint }: { readonly endpoint: Endpoint }) {
  const { deployments, traffic } = endpoint
  const answering = deployments.filter(({ role }) => role === 'stable')
  const requestsTo = (version: number) => traffic.find((each) => each.version === version)?.requestCount ?? 0
  const answered = answering.reduce((sum, { version }) => sum + requestsTo(version), 0)
  const shares = deployments
    .filter(({ role }) => role !== 'previous')
    .map(({ version, role, state }) => {
      // Where only one answers it has everything, also in the minute in which nobody asks.
      const fraction = answering.length < 2 ? 1 : requestsTo(version) / Math.max(1, answered)
      const share = role === 'shadow' ? '' : ` ${formatPercent(fraction)}`
      const note = state === 'ready' ? '' : ` (${state})`
      const weight = role === 'shadow' ? SHADOW_WEIGHT : fraction
      return { role, weight, label: `v${version} ${roleWord(role)}${share}${note}` }
    })
  if (shares.length === 0) return <>nothing deployed</>
  return (
    <>
      <ShareBar shares={shares} />
      <span>{shares.map((share) => share.label).join(' · ')}</span>
    </>
  )
}
