import { type Endpoint, type Release, type ShadowComparison, type Traffic, toIso } from '@regia/core'
import type { EndpointGateway } from '../gateway/endpoint-gateway.ts'
import type { ProcessView } from '../gateway/other-processes.ts'
import type { SlotCounts } from '../gateway/traffic-ring.ts'
import type { EndpointCounts } from '../log-consumer/index.ts'
import type { StoredEndpoint } from './endpoint-store.ts'

/** Rates and latencies of an endpoint speak of its last minute. */
export const TRAFFIC_MS = 60_000

export type ViewedEndpoint = {
  readonly gateway: EndpointGateway
  readonly stored: StoredEndpoint
  readonly counts: readonly EndpointCounts[]
  /** Event time that the endpoint has reached, in milliseconds since 1970. */
  readonly watermark: number | undefined
  readonly comparison: ShadowComparison | undefined
  readonly release: Release | undefined
  readonly processes: readonly ProcessView[] | undefined
  readonly now: number
}

/** An endpoint as the API shows it. */
export function viewEndpoint({
  gateway,
  stored,
  counts,
  watermark,
  comparison,
  release,
  processes,
  now,
}: ViewedEndpoint): Endpoint {
  const recent = gateway.traffic.sum(now - TRAFFIC_MS, now)
  return {
    spec: gateway.spec,
    deployments: [...gateway.deployments()],
    ...(gateway.isUnloaded && { isUnloaded: true }),
    ...(gateway.previous && { rollbackVersion: gateway.previous.version }),
    traffic: trafficOf(gateway, recent, TRAFFIC_MS),
    predictionCount: gateway.log.countPredictions(),
    labelCount: counts.reduce((sum, { labelCount }) => sum + labelCount, 0),
    errorCount: gateway.errorCount,
    ...(gateway.fallbackCounts && {
      fallback: { lateCount: gateway.fallbackCounts.late, failedCount: gateway.fallbackCounts.failed },
    }),
    ...(processes && { processes: [...processes] }),
    ...(watermark !== undefined && { watermark: toIso(watermark) }),
    ...(comparison && { comparison }),
    ...(release && { release }),
    createdAt: stored.createdAt,
  }
}

/** @param spanMs - How long the counts were gathered. */
export function trafficOf(
  gateway: EndpointGateway,
  byVersion: ReadonlyMap<number, SlotCounts>,
  spanMs: number,
): Traffic[] {
  return [...byVersion].map(([version, counts]) => ({
    version,
    role: roleOf(gateway, version),
    requestCount: counts.requestCount,
    predictionCount: counts.predictionCount,
    errorCount: counts.errorCount,
    requestsPerSecond: (counts.requestCount * 1000) / spanMs,
    ...latencies(counts),
  }))
}

function roleOf(gateway: EndpointGateway, version: number): Traffic['role'] {
  if (version === gateway.stable?.version) return 'stable'
  const arm = gateway.arms.find((each) => each.version === version)
  if (arm) return arm.role
  return version === gateway.shadow?.version ? 'shadow' : 'previous'
}

function latencies({ latency }: SlotCounts): Pick<Traffic, 'p50Ms' | 'p95Ms' | 'p99Ms'> {
  const [p50Ms, p95Ms, p99Ms] = [0.5, 0.95, 0.99].map((fraction) => latency.quantile(fraction))
  if (p50Ms === undefined || p95Ms === undefined || p99Ms === undefined) return {}
  return { p50Ms, p95Ms, p99Ms }
}
