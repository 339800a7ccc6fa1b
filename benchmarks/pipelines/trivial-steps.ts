import { rmSync } from 'node:fs'
import type { Run, RunOptions } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { atMost, type Claim, median } from '../claim.ts'
import { type RegiaProcess, regia, startRegia } from '../regia-process.ts'
import { projectWithChain } from './trivial-project.ts'

const STEPS = 200
const CACHED_STEPS = 1_000
const RUNS = 5

/** What the engine itself costs: steps that only count, and a run in which nothing is left to do. */
export async function measureTrivialSteps(say: (text: string) => void): Promise<readonly Claim[]> {
  say(`pipelines: ${STEPS} trivial steps in process and in child processes, then ${CACHED_STEPS} from the cache`)
  const inProcess = await withChain(STEPS, 'inProcess', medianStep)
  const inChild = await withChain(STEPS, 'local', medianStep)
  const cachedMs = await withChain(CACHED_STEPS, 'inProcess', async (client) => {
    await timedRun(client, {})
    return median(await times(RUNS, async () => (await timedRun(client, {}, CACHED_STEPS)).ms))
  })
  return [
    atMost('a trivial step in process, its share of a run in a running server', inProcess.ms, 'ms', 2),
    atMost('a trivial step in process, from lease to report', inProcess.leasedMs, 'ms', 2),
    atMost('a trivial step in a warm child process, its share of such a run', inChild.ms, 'ms', 10),
    atMost('a trivial step in a warm child process, from lease to report', inChild.leasedMs, 'ms', 10),
    atMost(`a cached run of ${CACHED_STEPS} steps in a running server`, cachedMs / 1000, 's', 1),
  ]
}

async function withChain<Result>(
  length: number,
  environment: string,
  work: (client: RegiaClient) => Promise<Result>,
): Promise<Result> {
  const project = projectWithChain(length)
  let server: RegiaProcess | undefined
  try {
    server = await startRegia(project, ['--env', environment])
    await regia(project, server.url, ['apply'])
    return await work(server.client)
  } finally {
    await server?.stop()
    rmSync(project, { recursive: true, force: true })
  }
}

/** The first run loads the code, and starts the process. */
async function medianStep(client: RegiaClient): Promise<{ readonly ms: number; readonly leasedMs: number }> {
  await timedRun(client, { useCache: false })
  const runs = await times(RUNS, () => timedRun(client, { useCache: false }))
  return { ms: median(runs.map(({ ms }) => ms)) / STEPS, leasedMs: median(runs.map(({ run }) => meanLeasedMs(run))) }
}

/** Times are whole milliseconds, so that only a mean tells parts of one. */
function meanLeasedMs({ steps }: Run): number {
  const attempts = steps.map((step) => step.attempts.at(-1))
  const taken = attempts.map((last) => Date.parse(last?.finishedAt ?? '') - Date.parse(last?.leasedAt ?? ''))
  return taken.reduce((sum, ms) => sum + ms, 0) / taken.length
}

async function timedRun(
  client: RegiaClient,
  options: Pick<RunOptions, 'useCache'>,
  cachedCount = 0,
): Promise<{ readonly run: Run; readonly ms: number }> {
  const startedAt = performance.now()
  const { id } = await client.pipelines.run('chain', options)
  for (;;) {
    const run = await client.runs.get(id)
    if (run.status === 'succeeded' && run.cachedStepCount === cachedCount) {
      return { run, ms: performance.now() - startedAt }
    }
    if (run.finishedAt !== undefined) throw new Error(`the run ${run.status}, ${run.cachedStepCount} steps cached`)
    // Reading the run costs the server something too, so that it is not asked all the time.
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function times<Result>(count: number, work: () => Promise<Result>): Promise<readonly Result[]> {
  const results: Result[] = []
  for (let i = 0; i < count; i++) results.push(await work())
  return results
}
