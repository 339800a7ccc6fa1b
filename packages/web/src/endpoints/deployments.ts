import type { Deployment, Endpoint, Traffic } from '@regia/core'

/** The deployment whose answers clients get. */
export const stableDeployment = (endpoint: Endpoint): Deployment | undefined =>
  endpoint.deployments.find((deployment) => deployment.role === 'stable')

export const shadowDeployment = (endpoint: Endpoint): Deployment | undefined =>
  endpoint.deployments.find((deployment) => deployment.role === 'shadow')

export const servingVersion = (endpoint: Endpoint): number | undefined => stableDeployment(endpoint)?.version

const ROLE_WORDS = {
  stable: 'champion',
  shadow: 'shadow',
  canary: 'canary',
  arm: 'arm',
  fallback: 'fallback',
  previous: 'ready for roll back',
} as const

/** What a deployment does, as the pages say it. */
export const roleWord = (role: Deployment['role']): string => ROLE_WORDS[role]

/** Requests per second that clients got answers to: a shadow's are the same requests again. */
export const answeredRate = (traffic: readonly Traffic[]): number =>
  traffic.filter((each) => each.role !== 'shadow').reduce((sum, each) => sum + each.requestsPerSecond, 0)

export const stableTraffic = (endpoint: Endpoint): Traffic | undefined =>
  endpoint.traffic.find((each) => each.role === 'stable')
