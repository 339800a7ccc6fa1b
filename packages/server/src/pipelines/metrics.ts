import { Gauge, type Registry } from 'prom-client'
import type { Database } from '../database/database.ts'

/** Runs and steps by status, counted when Prometheus asks. */
export function addPipelineMetrics(registry: Registry, database: Database): void {
  const byStatus = async (gauge: Gauge, table: 'run' | 'step_run') => {
    gauge.reset()
    const rows = await database
      .selectFrom(table)
      .select(['status', ({ fn }) => fn.countAll<number>().as('count')])
      .groupBy('status')
      .execute()
    for (const { status, count } of rows) gauge.set({ status }, Number(count))
  }
  new Gauge({
    name: 'regia_runs',
    help: 'Pipeline runs by status.',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      await byStatus(this, 'run')
    },
  })
  new Gauge({
    name: 'regia_steps',
    help: 'Steps of all runs by status.',
    labelNames: ['status'],
    registers: [registry],
    async collect() {
      await byStatus(this, 'step_run')
    },
  })
}
