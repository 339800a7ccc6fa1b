import type { Alert, Decision, Endpoint, EndpointHealth, Monitor, Need, TimelineEntry, WindowResult } from '@regia/core'

export type WatchedEndpoint = {
  readonly endpoint: Endpoint
  readonly requestsPerSecond: readonly number[]
  /** The monitor that speaks for it, with its last windows, oldest first. */
  readonly monitor: Monitor | undefined
  readonly windows: readonly WindowResult[]
  readonly openAlerts: readonly Alert[]
}

/** How an endpoint is, in one line of figures. */
export function endpointHealth(watched: WatchedEndpoint): EndpointHealth {
  const { endpoint, windows, monitor } = watched
  const latestLabelled = windows.findLast(({ performance }) => performance?.isFinal)?.performance
  return {
    endpoint,
    health: healthOf(watched),
    score: windows.map(({ from, performance }) => ({ at: from, value: performance?.estimate?.value ?? null })),
    drift: windows.map(({ from, drift }) => ({ at: from, value: largestEffect(drift) })),
    requestsPerSecond: [...watched.requestsPerSecond],
    ...(latestLabelled && { labelCoverage: latestLabelled.labelCoverage }),
    ...(monitor?.spec.performance && { scoreMetric: monitor.spec.performance.metric }),
  }
}

function healthOf({ endpoint, windows, monitor, openAlerts }: WatchedEndpoint): EndpointHealth['health'] {
  const stable = endpoint.deployments.filter(({ role }) => role === 'stable')
  // One that fails to load leaves its forerunner to answer: served, and yet not what was asked for.
  if (stable.length === 0 || stable.some(({ state }) => state === 'failed')) return 'broken'
  if (!stable.some(({ state }) => state === 'ready')) return 'broken'
  if (openAlerts.length > 0) return 'attention'
  return monitor && windows.length > 0 ? 'well' : 'unknown'
}

const largestEffect = (drift: WindowResult['drift']): number | null =>
  drift.length === 0 ? null : Math.max(...drift.map(({ effect }) => effect))

export const alertNeeds = (openAlerts: readonly Alert[]): readonly Need[] =>
  openAlerts.filter(({ status }) => status === 'open').map((alert) => ({ kind: 'alert', alert }))

/** Versions that an endpoint needs and cannot load. */
export const loadNeeds = (endpoints: readonly Endpoint[]): readonly Need[] =>
  endpoints.flatMap(({ spec, deployments }) =>
    deployments
      .filter(({ state }) => state === 'failed')
      .map((deployment): Need => ({ kind: 'failed-load', endpoint: spec.name, deployment })),
  )

/** Versions in shadow that the rule would promote, where a person has the last word, and releases that wait for one. */
export const releaseNeeds = (endpoints: readonly Endpoint[]): readonly Need[] =>
  endpoints.flatMap(({ spec, comparison, release }): Need[] => {
    const { name: endpoint } = spec
    if (release?.state === 'paused' || release?.state === 'recommended') return [{ kind: 'release', endpoint, release }]
    const isWaiting = comparison?.verdict === 'promote' && !comparison.rule.automatic
    return isWaiting ? [{ kind: 'promotion', endpoint, comparison }] : []
  })

const DECISION_TITLES: Readonly<Record<Decision['kind'], (decision: Decision) => string>> = {
  created: ({ endpoint, toVersion }) => `${endpoint} serves version ${toVersion}`,
  deployed: ({ endpoint, toVersion }) => `${endpoint} serves version ${toVersion}`,
  changed: ({ endpoint }) => `${endpoint} changed`,
  'shadow-started': ({ endpoint, toVersion }) => `${endpoint}: version ${toVersion} in shadow`,
  'canary-started': ({ endpoint, toVersion }) => `${endpoint}: version ${toVersion} as canary`,
  'canary-advanced': ({ endpoint, toVersion }) => `${endpoint}: version ${toVersion} gets more of the traffic`,
  'experiment-started': ({ endpoint }) => `${endpoint}: experiment started`,
  'bandit-started': ({ endpoint }) => `${endpoint}: bandit started`,
  'shares-changed': ({ endpoint }) => `${endpoint}: shares changed`,
  paused: ({ endpoint }) => `${endpoint}: release paused`,
  resumed: ({ endpoint }) => `${endpoint}: release resumed`,
  recommended: ({ endpoint, toVersion }) => `${endpoint}: version ${toVersion} recommended`,
  promoted: ({ endpoint, toVersion }) => `${endpoint}: version ${toVersion} promoted`,
  refused: ({ endpoint, toVersion }) => `${endpoint}: version ${toVersion} refused`,
  'rolled-back': ({ endpoint, toVersion }) => `${endpoint}: back to version ${toVersion}`,
  stopped: ({ endpoint }) => `${endpoint}: release stopped`,
}

export const decisionEntry = (decision: Decision): TimelineEntry => ({
  kind: 'deploy',
  title: DECISION_TITLES[decision.kind](decision),
  detail: decision.reason,
  at: decision.at,
  ...(decision.eventTime !== undefined && { eventTime: decision.eventTime }),
  link: { page: 'endpoints', id: decision.endpoint },
})

export const alertEntry = (alert: Alert): TimelineEntry => ({
  kind: 'alert',
  title: alert.title,
  detail: alert.causes[0]?.text ?? `${alert.monitor}: ${alert.value.toFixed(3)} against ${alert.threshold}`,
  at: alert.openedAt,
  eventTime: alert.window.until,
  link: { page: 'monitors', id: alert.monitor },
})
