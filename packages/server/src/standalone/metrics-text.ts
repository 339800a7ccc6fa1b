import type { ExchangeOptions } from './exchange.ts'

const LATENCY_SPAN_MS = 60_000
const QUANTILES = [0.5, 0.95, 0.99]

type Sample = { readonly labels?: Readonly<Record<string, string | number>>; readonly value: number }

/** The metrics in Prometheus' text format, under the names that the control plane uses. */
export function metricsText({ name, version, state, clock }: ExchangeOptions): string {
  const labels = { endpoint: name, version }
  const totals = state.served?.traffic.totals.get(version)
  const now = clock()
  const latency = state.served?.traffic.sum(now - LATENCY_SPAN_MS, now).get(version)?.latency
  const quantiles = QUANTILES.flatMap((quantile): Sample[] => {
    const ms = latency?.quantile(quantile)
    return ms === undefined ? [] : [{ labels: { ...labels, quantile }, value: ms / 1000 }]
  })
  const one = (value: number): Sample[] => [{ labels, value }]
  const { rss, heapUsed } = process.memoryUsage()
  const { user, system } = process.cpuUsage()
  return [
    family('regia_endpoint_requests_total', 'counter', 'Requests answered.', one(totals?.requestCount ?? 0)),
    family('regia_endpoint_predictions_total', 'counter', 'Rows predicted.', one(totals?.predictionCount ?? 0)),
    family('regia_endpoint_errors_total', 'counter', 'Requests that failed.', one(totals?.errorCount ?? 0)),
    family('regia_endpoint_latency_seconds', 'gauge', 'Time from request to reply, over the last minute.', quantiles),
    family('regia_requests_under_way', 'gauge', 'Requests that are being answered.', [{ value: state.underWay }]),
    family('regia_ready', 'gauge', 'Whether the model answers.', one(state.phase === 'ready' ? 1 : 0)),
    family('process_cpu_seconds_total', 'counter', 'Processor time.', [{ value: (user + system) / 1e6 }]),
    family('process_resident_memory_bytes', 'gauge', 'Resident memory.', [{ value: rss }]),
    family('nodejs_heap_size_used_bytes', 'gauge', 'Heap in use.', [{ value: heapUsed }]),
    family('process_start_time_seconds', 'gauge', 'When the process began.', [
      { value: Math.round(now / 1000 - process.uptime()) },
    ]),
  ].join('')
}

function family(name: string, type: 'counter' | 'gauge', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels = {}, value }) => {
    const inside = Object.entries(labels).map(([key, text]) => `${key}="${escapeLabel(String(text))}"`)
    return `${name}${inside.length > 0 ? `{${inside.join(',')}}` : ''} ${value}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

const escapeLabel = (text: string): string =>
  text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
