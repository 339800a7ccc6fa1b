import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { RegiaClient } from '@regia/sdk'
import { atMost, type Benchmark, median } from '../claim.ts'
import { ROOT, regia, startRegia, temporaryFolder } from '../regia-process.ts'

const STEPS = 100
const CACHED_RUNS = 5

/** What the engine itself costs: steps that do nothing, and a run in which nothing is left to do. */
export const measurePipelines: Benchmark = async (say) => {
  say(`pipelines: ${STEPS} trivial steps, then the same from the cache`)
  const project = projectWithChain(STEPS)
  const server = await startRegia(project)
  try {
    await regia(project, server.url, ['run', 'chain'])
    const [first] = (await server.client.runs.list({ pipeline: 'chain' })).items
    const stepMs = median(await attemptDurations(server.client, first!.id))
    const cachedMs: number[] = []
    for (let i = 0; i < CACHED_RUNS; i++) cachedMs.push(await timeCachedRun(server.client))
    return [
      atMost('a trivial step in a warm child process, from lease to report', stepMs, 'ms', 15),
      atMost(`a cached run of ${STEPS} steps in a running server`, median(cachedMs) / 1000, 's', 0.5),
    ]
  } finally {
    await server.stop()
    rmSync(project, { recursive: true, force: true })
  }
}

/** A project whose pipeline is one long chain: nothing can run beside anything. */
function projectWithChain(length: number): string {
  const project = temporaryFolder()
  mkdirSync(path.join(project, 'pipelines'))
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'))
  writeFileSync(path.join(project, 'package.json'), '{ "name": "chain", "type": "module" }')
  writeFileSync(
    path.join(project, 'pipelines/chain.ts'),
    `import { pipeline, step, z } from 'regia'
export const increment = step({ name: 'increment', in: { n: z.number() }, out: { n: z.number() }, run: ({ n }) => ({ n: n + 1 }) })
export default pipeline('chain', {}, () => {
  let { n } = increment({ n: 0 })
  for (let i = 1; i < ${length}; i++) n = increment({ n }).n
})
`,
  )
  return project
}

async function attemptDurations(client: RegiaClient, runId: string): Promise<number[]> {
  const { steps } = await client.runs.get(runId)
  // The first ones wait for the child process to start.
  return steps.slice(10).map(({ attempts }) => {
    const last = attempts.at(-1)
    return Date.parse(last?.finishedAt ?? '') - Date.parse(last?.leasedAt ?? '')
  })
}

async function timeCachedRun(client: RegiaClient): Promise<number> {
  const startedAt = performance.now()
  const started = await client.pipelines.run('chain')
  for (;;) {
    const run = await client.runs.get(started.id)
    if (run.status === 'succeeded') {
      if (run.cachedStepCount !== STEPS)
        throw new Error(`only ${run.cachedStepCount} of ${STEPS} steps came from the cache`)
      return performance.now() - startedAt
    }
    if (run.status !== 'running' && run.status !== 'queued') throw new Error(`the cached run ${run.status}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
