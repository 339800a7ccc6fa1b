import { Counter, Gauge, type Registry } from 'prom-client'
import type { GatewayProcesses } from './gateway-processes.ts'

/** How many processes answer beside this one, and what each has answered. */
export function addProcessMetrics(registry: Registry, processes: GatewayProcesses): void {
  const registers = [registry]
  new Gauge({
    name: 'regia_gateway_processes',
    help: 'Gateway processes that listen beside the first process.',
    registers,
    collect() {
      this.set(processes.views().length)
    },
  })
  new Counter({
    name: 'regia_gateway_process_requests_total',
    help: 'Requests that a gateway process answered itself, since it began.',
    labelNames: ['pid'],
    registers,
    collect() {
      this.reset()
      for (const { pid, requestCount } of processes.views()) this.inc({ pid }, requestCount)
    },
  })
  new Counter({
    name: 'regia_gateway_process_restarts_total',
    help: 'Gateway processes that took the place of one that ended.',
    registers,
    collect() {
      this.reset()
      this.inc(processes.restartCount)
    },
  })
}
