import type { Deployment, Endpoint } from '@regia/core'
import { formatPercent } from '../kernel/format.ts'
import { ShareBar } from '../kernel/share-bar.tsx'
import type { ShareTone } from '../kernel/share-tone.ts'
import { inServingOrder, shareToneOf } from '../releases/version-tones.ts'
import { roleWord } from './deployments.ts'

// A shadow answers nobody: its part of the bar only says that it is there.
const SHADOW_WEIGHT = 0.18

type SharePart = { readonly tone: ShareTone; readonly weight: number; readonly label: string }

/** Who answers how much, and who only listens: the parts of the bar. */
export function shareParts({ deployments, traffic }: Endpoint): readonly SharePart[] {
  const shown = inServingOrder(deployments).filter(({ role }) => role !== 'previous' && role !== 'fallback')
  const answering = shown.filter(({ role, state }) => role !== 'shadow' && state !== 'failed')
  const requestsTo = (version: number) => traffic.find((each) => each.version === version)?.requestCount ?? 0
  const answered = answering.reduce((sum, { version }) => sum + requestsTo(version), 0)
  const shareOf = ({ version, share }: Deployment) =>
    // Where only one answers it has everything, also in the minute in which nobody asks.
    share ?? (answering.length < 2 ? 1 : requestsTo(version) / Math.max(1, answered))
  return shown.map((deployment) => {
    const { version, role, state } = deployment
    const isAsked = role !== 'shadow' && state !== 'failed'
    const share = isAsked ? ` ${formatPercent(shareOf(deployment))}` : ''
    const note = state === 'ready' ? '' : ` (${state})`
    return {
      tone: shareToneOf(deployment, deployments),
      weight: role === 'shadow' ? SHADOW_WEIGHT : isAsked ? shareOf(deployment) : 0,
      label: `v${version} ${roleWord(role)}${share}${note}`,
    }
  })
}

/** Who answers: a bar of shares, and each version with what it does. */
export function ServingShare({ endpoint }: { readonly endpoint: Endpoint }) {
  const shares = shareParts(endpoint)
  if (shares.length === 0) return <>nothing deployed</>
  return (
    <>
      <ShareBar shares={shares} />
      <span>{shares.map((share) => share.label).join(' · ')}</span>
    </>
  )
}
