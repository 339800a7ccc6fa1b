import { Counter, Gauge, type Registry } from 'prom-client'
import type { EndpointSet } from './endpoints/endpoint-set.ts'
import type { Totals } from './gateway/traffic-ring.ts'

const LATENCY_SPAN_MS = 60_000
const QUANTILES = [0.5, 0.95, 0.99]

const TOTALS: readonly { readonly name: string; readonly help: string; readonly of: (totals: Totals) => number }[] = [
  { name: 'regia_endpoint_requests_total', help: 'Requests answered.', of: (totals) => totals.requestCount },
  { name: 'regia_endpoint_predictions_total', help: 'Rows predicted.', of: (totals) => totals.predictionCount },
  { name: 'regia_endpoint_errors_total', help: 'Requests that failed.', of: (totals) => totals.errorCount },
]

const SHADOW_KINDS = ['scored', 'dropped', 'failed'] as const

/** Instruments of the gateway. They read its own counters when they are scraped: a request pays nothing for them. */
export function addServingMetrics(registry: Registry, endpoints: EndpointSet, clock: () => number): void {
  for (const { name, help, of } of TOTALS) {
    new Counter({
      name,
      help,
      labelNames: ['endpoint', 'version'],
      registers: [registry],
      collect() {
        this.reset()
        for (const { spec, traffic } of endpoints.all()) {
          for (const [version, totals] of traffic.totals) this.inc({ endpoint: spec.name, version }, of(totals))
        }
      },
    })
  }
  addLatency(registry, endpoints, clock)
  addShadow(registry, endpoints)
}

function addLatency(registry: Registry, endpoints: EndpointSet, clock: () => number): void {
  new Gauge({
    name: 'regia_endpoint_latency_seconds',
    help: 'Time from request to reply in the gateway, over the last minute.',
    labelNames: ['endpoint', 'version', 'quantile'],
    registers: [registry],
    collect() {
      this.reset()
      const now = clock()
      for (const { spec, traffic } of endpoints.all()) {
        for (const [version, { latency }] of traffic.sum(now - LATENCY_SPAN_MS, now)) {
          for (const quantile of QUANTILES) {
            const ms = latency.quantile(quantile)
            if (ms !== undefined) this.set({ endpoint: spec.name, version, quantile }, ms / 1000)
          }
        }
      }
    },
  })
}

function addShadow(registry: Registry, endpoints: EndpointSet): void {
  new Gauge({
    name: 'regia_endpoint_shadow_predictions',
    help: 'What became of predictions that the version in shadow was asked too, since it began.',
    labelNames: ['endpoint', 'version', 'outcome'],
    registers: [registry],
    collect() {
      this.reset()
      for (const { spec, shadow, shadowCounts } of endpoints.all()) {
        if (!shadow || !shadowCounts) continue
        for (const outcome of SHADOW_KINDS) {
          this.set({ endpoint: spec.name, version: shadow.version, outcome }, shadowCounts[outcome])
        }
      }
    },
  })
}
