import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Run } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { atMost, type Benchmark, median } from '../claim.ts'
import { cpuSeconds, residentMb } from '../process-tree.ts'
import { ROOT, regia, startRegia, temporaryFolder } from '../regia-process.ts'

const ELEMENTS = 10_000
const SAMPLE_MS = 100

/** A map of 10,000 trivial elements in a server with its worker: what it costs, then the same with one element that is new. */
const map: Benchmark = async (say) => {
  say(`map: ${ELEMENTS} trivial elements, then all of them but one from the cache`)
  const project = projectWithMap()
  const server = await startRegia(project)
  try {
    await regia(project, server.url, ['apply'])
    let peakMb = 0
    const sampling = setInterval(() => {
      peakMb = Math.max(peakMb, residentMb(server.pid))
    }, SAMPLE_MS)
    const cpuBefore = cpuSeconds(server.pid)
    const first = await timed(() => finished(server.client, ELEMENTS, 0))
    const cpuMs = ((cpuSeconds(server.pid) - cpuBefore) * 1000) / ELEMENTS
    const viewMs = median(await viewTimes(server.client, first.run.id))
    const second = await timed(() => finished(server.client, ELEMENTS, 1))
    clearInterval(sampling)
    assertSums(first.run, second.run)
    return [
      atMost(`resident memory of the server at its height, map of ${ELEMENTS}`, peakMb, 'MB', 500),
      atMost(`a map of ${ELEMENTS} trivial elements, 2 at once`, first.seconds, 's', 120),
      atMost('processor time of server and worker for an element', cpuMs, 'ms', 10),
      atMost(`the view of a run with a map of ${ELEMENTS}, histogram included`, viewMs, 'ms', 50),
      atMost(`the same map with ${ELEMENTS - 1} elements from the cache`, second.seconds, 's', 5),
    ]
  } finally {
    await server.stop()
    rmSync(project, { recursive: true, force: true })
  }
}

export default map

async function finished(client: RegiaClient, count: number, first: number): Promise<Run> {
  const { id } = await client.pipelines.run('wide', { params: { count, first } })
  for (;;) {
    const { finishedAt, status, error } = await client.runs.get(id)
    if (finishedAt !== undefined && status !== 'succeeded') throw new Error(`the run ${status}: ${error?.message}`)
    if (finishedAt !== undefined) return client.runs.get(id)
    await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS))
  }
}

async function timed(work: () => Promise<Run>): Promise<{ readonly run: Run; readonly seconds: number }> {
  const startedAt = performance.now()
  return { run: await work(), seconds: (performance.now() - startedAt) / 1000 }
}

async function viewTimes(client: RegiaClient, runId: string): Promise<readonly number[]> {
  const times: number[] = []
  for (let i = 0; i < 20; i++) {
    const startedAt = performance.now()
    await client.runs.get(runId)
    times.push(performance.now() - startedAt)
  }
  return times
}

/** Every element counts once: the sum of the doubled numbers says so. */
function assertSums(...runs: readonly Run[]): void {
  for (const [first, run] of runs.entries()) {
    const sum = run.steps.find(({ step }) => step === 'sum')?.outputs.sum?.value
    const expected = ELEMENTS * (ELEMENTS - 1) + 2 * first * ELEMENTS
    if (sum !== expected) throw new Error(`the sum is ${sum}, not ${expected}`)
  }
}

function projectWithMap(): string {
  const project = temporaryFolder()
  mkdirSync(path.join(project, 'pipelines'))
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(project, 'node_modules'))
  writeFileSync(path.join(project, 'package.json'), '{ "name": "wide", "type": "module" }')
  writeFileSync(
    path.join(project, 'pipelines/wide.ts'),
    `import { list, pipeline, step, z } from 'regia'
const count = step({ name: 'count', in: { count: z.number(), first: z.number() }, out: { numbers: z.array(z.number()) },
  run: ({ count, first }) => ({ numbers: Array.from({ length: count }, (_, i) => first + i) }) })
const twice = step({ name: 'twice', in: { n: z.number() }, out: { n: z.number() }, run: ({ n }) => ({ n: 2 * n }) })
const sum = step({ name: 'sum', in: { parts: list(z.number()) }, out: { sum: z.number() },
  run: ({ parts }) => ({ sum: parts.reduce((a, b) => a + b, 0) }) })
export default pipeline('wide', { count: z.number(), first: z.number() }, (p) => {
  const { numbers } = count({ count: p.count, first: p.first })
  sum({ parts: twice.map('n', numbers).n })
})
`,
  )
  return project
}
