import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PipelineGraph } from '@regia/core'
import { bundleEntry, discover, storeBundle } from '@regia/engine'
import { createClient, type RegiaClient } from '@regia/sdk'
import { onTestFinished } from 'vitest'
import { type Experiment, experimentIn } from './matrix-lab.ts'

const PROJECT_DIR = fileURLToPath(new URL('../fixtures/matrix/', import.meta.url))
const SERVE = fileURLToPath(new URL('../../packages/server/test/serve.ts', import.meta.url))
const WORKER = join(PROJECT_DIR, 'worker.ts')

/** Long enough for a busy machine, short enough to wait for its end. */
export const LEASE_MS = 4_000

export type Killable = {
  readonly pid: number
  /** SIGKILL, until it is gone. */
  readonly kill: () => Promise<void>
  /** SIGTERM, which it may take its time about. */
  readonly stop: () => void
}

export type CrashLab = {
  /** The address stays the same when the server is started again. */
  readonly client: RegiaClient
  /** The first server; it runs. */
  readonly server: Killable
  readonly startServer: () => Promise<Killable>
  readonly startWorker: (name: string) => Killable
  /** A shape of the fixture, deployed on the server that runs now. */
  readonly experiment: (shape: string, change?: (graph: PipelineGraph) => PipelineGraph) => Promise<Experiment>
}

/** A home whose server and workers are processes of their own, to be killed with SIGKILL. */
export async function openCrashLab(leaseMs = LEASE_MS): Promise<CrashLab> {
  const dir = mkdtempSync(join(tmpdir(), 'regia-crash-'))
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 10 }))
  const home = join(dir, '.regia')
  let url: string | undefined

  const startServer = async (): Promise<Killable> => {
    const port = url === undefined ? '0' : new URL(url).port
    const child = start([SERVE, home, PROJECT_DIR, String(leaseMs), port])
    const [line] = await once(child.stdout!, 'data')
    url = String(line).trim()
    return killable(child)
  }
  const server = await startServer()
  const client = createClient({ url: url! })
  return {
    client,
    server,
    startServer,
    startWorker: (name) => killable(start([WORKER, url!, home, name])),
    experiment: async (shape, change = (graph) => graph) => {
      const bundle = await bundleEntry('shapes.ts', PROJECT_DIR)
      await storeBundle(bundle, home)
      const { digest } = await client.blobs.write(new TextEncoder().encode(bundle.code))
      const graph = (await discover(bundle)).pipelines.find(({ name }) => name === shape)
      if (!graph) throw new Error(`There is no shape "${shape}"`)
      await client.pipelines.deploy(shape, { graph: change(graph), bundleDigest: digest, projectDir: PROJECT_DIR })
      const folder = join(dir, 'experiment')
      mkdirSync(folder)
      return experimentIn(client, folder)
    },
  }
}

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, ['--conditions=source', ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => killable(child).kill())
  return child
}

const killable = (child: ChildProcess): Killable => ({
  pid: child.pid!,
  kill: async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  },
  stop: () => void child.kill('SIGTERM'),
})
