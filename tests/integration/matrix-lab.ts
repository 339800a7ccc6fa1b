import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Attempt, PipelineGraph, Run } from '@regia/core'
import { bundleEntry, discover, folderBlobStore, startWorker, storeBundle } from '@regia/engine'
import { createClient, type RegiaClient } from '@regia/sdk'
import { createServer } from '@regia/server'

const PROJECT_DIR = fileURLToPath(new URL('../fixtures/matrix/', import.meta.url))

/** What `behave.json` says of the steps of `tests/fixtures/matrix/shapes.ts`. */
export type Behaviours = Readonly<
  Record<
    string,
    {
      readonly do?: 'fail' | 'fail-once' | 'hang'
      readonly after?: string
      readonly ms?: number
      readonly value?: number
    }
  >
>
export type Note = {
  readonly name: string
  readonly what: 'begin' | 'end'
  readonly pid: number
  readonly at: number
}

/** One pipeline with a folder of its own, where its steps read what to do and write down what they did. */
export type Experiment = {
  readonly client: RegiaClient
  readonly params: { readonly dir: string }
  readonly behave: (behaviours: Behaviours) => void
  readonly notes: () => readonly Note[]
  /** How often each step began, by name. */
  readonly begins: () => Readonly<Record<string, number>>
  readonly finished: (runId: string) => Promise<Run>
  /** Of a mapped step those of its elements. */
  readonly attempts: (run: Run, step: string) => Promise<readonly Attempt[]>
}

export type Lab = {
  readonly client: RegiaClient
  readonly home: string
  /** Deploys a shape, its steps changed, with behaviours to begin with. */
  readonly experiment: (shape: string, change?: (graph: PipelineGraph) => PipelineGraph) => Promise<Experiment>
  readonly close: () => Promise<void>
}

/** A real server and a real worker, whose steps run in child processes, over the fixture's graphs. */
export async function openLab(): Promise<Lab> {
  const dir = await mkdtemp(join(tmpdir(), 'regia-matrix-'))
  const home = join(dir, '.regia')
  const server = await createServer({ home, projectDir: PROJECT_DIR, leaseMs: 30_000 })
  const client = createClient({ url: server.url })
  const bundle = await bundleEntry('shapes.ts', PROJECT_DIR)
  await storeBundle(bundle, home)
  const { digest } = await client.blobs.write(new TextEncoder().encode(bundle.code))
  const { pipelines } = await discover(bundle)
  const blobs = folderBlobStore(join(home, 'blobs'))
  const worker = startWorker({
    client: client.leases,
    blobs,
    home,
    cpu: 3,
    memoryMb: 8_192,
    name: 'matrix',
    now: Date.now,
    heartbeatMs: 200,
    graceMs: 300,
  })
  let count = 0
  return {
    client,
    home,
    experiment: async (shape, change = (graph) => graph) => {
      const graph = pipelines.find(({ name }) => name === shape)
      if (!graph) throw new Error(`There is no shape "${shape}"`)
      const folder = join(dir, `experiment-${++count}`)
      mkdirSync(folder)
      await client.pipelines.deploy(shape, { graph: change(graph), bundleDigest: digest, projectDir: PROJECT_DIR })
      return experimentIn(client, folder)
    },
    close: async () => {
      await worker.stop()
      await server.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

export function experimentIn(client: RegiaClient, dir: string): Experiment {
  const behave = (behaviours: Behaviours) => writeFileSync(join(dir, 'behave.json'), JSON.stringify(behaviours))
  const notes = () => readNotes(join(dir, 'ledger.txt'))
  behave({})
  return {
    client,
    params: { dir },
    behave,
    notes,
    begins: () => countBegins(notes()),
    finished: (runId) => finishedRun(client, runId),
    attempts: async (run, step) => {
      const { attempts, map } = run.steps.find((each) => each.step === step)!
      return map ? (await client.runs.mapItems(run.id, step)).items.flatMap((item) => item.attempts) : attempts
    },
  }
}

function readNotes(path: string): readonly Note[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line))
}

function countBegins(notes: readonly Note[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { name, what } of notes) if (what === 'begin') counts[name] = (counts[name] ?? 0) + 1
  return counts
}

async function finishedRun(client: RegiaClient, runId: string): Promise<Run> {
  for (;;) {
    const run = await client.runs.get(runId)
    if (run.finishedAt !== undefined) return run
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
