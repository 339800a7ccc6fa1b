import type { Endpoint } from '@regia/core'
import type { Health } from '../kernel/health.ts'

/** How an endpoint is, as far as its deployments and its release say. */
export function servingHealth({ deployments, release, spec }: Endpoint): Health {
  const answering = deployments.filter(({ role }) => role === 'stable')
  if (answering.length === 0 && !spec.compose) return 'broken'
  if (answering.some(({ state }) => state === 'failed')) return 'broken'
  if (release && release.state !== 'running') return 'attention'
  return deployments.some(({ state }) => state === 'failed') ? 'attention' : 'well'
}

/** What serving says where something is wrong with it, else what the monitor says; without one, whether it serves. */
export function worstHealth(endpoint: Endpoint, watched: Health | undefined): Health {
  const serving = servingHealth(endpoint)
  return serving !== 'well' || watched === undefined || watched === 'unknown' ? serving : watched
}
