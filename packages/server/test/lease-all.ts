import { once } from 'node:events'
import { setTimeout as passed } from 'node:timers/promises'
import { openService } from './open-service.ts'
import { PLENTY, succeed } from './scripted-worker.ts'

/**
 * Leases and reports, one at a time, until a run is over: `lease-all.ts DATABASE RUN NAME`. Begins at the first word on its standard input, and says
 * each step that it leased.
 */
const [path = '', runId = '', worker = ''] = process.argv.slice(2)
const { service, close } = await openService(path)
console.log('ready')
await once(process.stdin, 'data')
process.stdin.destroy()

/** Another process may hold the database, or have changed what this one has read: then nothing was written, and it is done again. */
async function insistently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const isBusy = error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')
      if (!isBusy) throw error
      await passed(1 + Math.random() * 10)
    }
  }
}

const never = new AbortController().signal
while ((await insistently(() => service.runs.get(runId))).finishedAt === undefined) {
  const steps = await insistently(() => service.leases.acquire({ ...PLENTY, worker, limit: 1, waitMs: 0 }, never))
  for (const { step, stepRunId, leaseToken } of steps) {
    console.log(step, leaseToken)
    await insistently(() => service.leases.report(stepRunId, { ...succeed(worker), leaseToken }, []))
  }
}
await close()
