import { type Artifact, createRng, type LeasedStep, type Run } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { deploy, from, graph, param, step } from './graphs.ts'
import { acquire, fail } from './scripted-worker.ts'
import type { TestServer } from './start-server.ts'

export const DAY_MS = 86_400_000
const FOLDER = { kind: 'folder' } as const
const FILE = { kind: 'file' } as const
export const bytes = (text: string) => new TextEncoder().encode(text)

/** Two steps: a folder of three files made of a parameter, and a file made of that. */
export const shape = (name: string) =>
  graph(
    name,
    [
      step('make', { inputs: { n: param('n') }, outputs: { out: FOLDER } }),
      step('use', { inputs: { files: from('make') }, inputTypes: { files: FOLDER }, outputs: { out: FILE } }),
    ],
    { n: { schema: { type: 'integer' } } },
  )

async function folderOf(client: RegiaClient, texts: readonly string[]): Promise<Artifact> {
  const files = await Promise.all(
    texts.map(async (text, i) => ({ path: `part/${i}.txt`, ...(await client.blobs.write(bytes(text))) })),
  )
  const manifest = await client.blobs.write(bytes(JSON.stringify({ files })))
  return { kind: 'folder', ...manifest, count: files.length }
}

/** What a step makes, put into the store as a worker would. */
async function make(client: RegiaClient, lease: LeasedStep): Promise<Artifact> {
  if (lease.step === 'make') {
    const n = String(lease.inputs.n?.value)
    return folderOf(client, ['in every run', `${lease.runId} only`, `of ${n}`])
  }
  return { kind: 'file', ...(await client.blobs.write(bytes(`used ${lease.inputs.files?.artifacts[0]?.digest}`))) }
}

async function work(client: RegiaClient, failing = false): Promise<void> {
  for (;;) {
    const leases = await acquire(client)
    if (leases.length === 0) return
    for (const lease of leases) {
      const report =
        failing && lease.step === 'use'
          ? fail(false)
          : ({ status: 'succeeded', outputs: { out: await make(client, lease) } } as const)
      await client.leases.report(lease.stepRunId, { ...report, leaseToken: lease.leaseToken })
    }
  }
}

export async function runOnce(client: RegiaClient, pipeline: string, n: number): Promise<string> {
  const { id } = await client.pipelines.run(pipeline, { params: { n } })
  await work(client)
  return id
}

export async function allRuns(client: RegiaClient): Promise<readonly Run[]> {
  const { items } = await client.runs.list({ limit: 1000 })
  return Promise.all(items.map(({ id }) => client.runs.get(id)))
}

/** Reads whatever the runs that there are made. How many contents that were. */
export async function readEverything(client: RegiaClient): Promise<number> {
  let count = 0
  for (const run of await allRuns(client)) {
    for (const { step: name, outputs } of run.steps) {
      for (const [port, { kind }] of Object.entries(outputs)) {
        await (await client.runs.artifact(run.id, name, port)).arrayBuffer()
        count += 1
        const { files } = kind === 'folder' ? await client.runs.files(run.id, name, port) : { files: [] }
        for (const { path } of files) {
          await (await client.runs.artifact(run.id, name, port, { path })).arrayBuffer()
          count += 1
        }
      }
    }
  }
  return count
}

/** Weeks of runs over two pipelines: some cached, some failed, some cancelled, one that still runs. */
export async function history({ client, clock }: TestServer, seed: number): Promise<void> {
  const rng = createRng(seed)
  for (const name of ['a', 'b']) await deploy(client, shape(name), `export const ${name} = 1`)
  for (let i = 0; i < 25; i++) {
    clock.advance(rng.next() * 8 * DAY_MS)
    const pipeline = rng.next() < 0.5 ? 'a' : 'b'
    const { id } = await client.pipelines.run(pipeline, {
      params: { n: Math.floor(rng.next() * 6) },
      useCache: rng.next() < 0.8,
    })
    const fate = rng.next()
    if (fate < 0.15) await client.runs.cancel(id).catch(() => undefined)
    else await work(client, fate > 0.85)
  }
  await client.pipelines.run('a', { params: { n: 99 } })
  const [lease] = await acquire(client)
  await client.leases.report(lease!.stepRunId, {
    status: 'succeeded',
    outputs: { out: await make(client, lease!) },
    leaseToken: lease!.leaseToken,
  })
}
