import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '@regia/sdk'
import { atMost, type Claim, ratioAtMost } from '../claim.ts'
import { regia } from '../regia-process.ts'
import type { Contender } from './contenders.ts'
import { loadInChild } from './load-generator.ts'
import type { BenchModel } from './model.ts'

const PAUSE_MS = 1500

/** A rolling update, the steps of a canary and a roll-back while the server answers as much as it can: failed requests, and how long the roll-back takes. */
export async function measureChanges(
  ours: Contender & { readonly url: string },
  model: BenchModel,
): Promise<readonly Claim[]> {
  const client = createClient({ url: ours.url })
  const cwd = model.folder
  await regia(cwd, ours.url, ['models', 'import', model.next, '--name', 'bench', '--alias', 'challenger'])
  const loading = loadInChild(ours.target, { connections: 16, seconds: 12 })
  await sleep(PAUSE_MS)
  await regia(cwd, ours.url, ['models', 'promote', 'bench@2', '--alias', 'champion'])
  await sleep(PAUSE_MS)
  await client.endpoints.apply({
    name: 'bench',
    stable: 'bench@champion',
    canary: { model: 'bench@1', steps: [5, 50], every: '1s', minimumRequests: 10 },
  })
  await sleep(3 * PAUSE_MS)
  const before = performance.now()
  await client.endpoints.rollback('bench')
  const rollbackMs = performance.now() - before
  const { failures, requests } = await loading
  return [
    atMost(`failed of ${requests} requests during an update, a canary and a roll-back`, failures, 'requests', 0),
    atMost('a roll-back under full load', rollbackMs, 'ms', 1000),
  ]
}

/** One request at a time, with batches and without: joining what arrives together must cost nothing where nothing does. */
export async function measureAlone(ours: Contender & { readonly url: string }): Promise<readonly Claim[]> {
  const client = createClient({ url: ours.url })
  await client.endpoints.apply({ name: 'single', stable: 'bench@champion', limits: { maxBatchRows: 1 } })
  const single = { ...ours.target, path: '/api/v1/endpoints/single/predict' }
  const plan = { connections: 1, seconds: 3 }
  const batched: number[] = []
  const singly: number[] = []
  for (let round = 0; round < 4; round++) {
    batched.push((await loadInChild(ours.target, plan)).p50Ms)
    singly.push((await loadInChild(single, plan)).p50Ms)
  }
  const best = (values: readonly number[]) => Math.min(...values)
  // The last twentieth is noise.
  return [
    ratioAtMost(
      'median latency at concurrency 1 with micro-batches',
      best(batched),
      'ms',
      'without them',
      best(singly),
      1.05,
    ),
  ]
}
