import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { RegiaError, type Row, type RunOptions, type Table } from '@regia/core'
import { createDataEngine, folderBlobStore, type PipelineDefinition, startWorker, tableOfRows } from '@regia/engine'
import { createClient, type RegiaClient } from '@regia/sdk'
import { createServer } from '@regia/server'
import { workerClient } from '../project/worker-client.ts'
import { deployHere } from './deploy-here.ts'
import { TestRun } from './test-run.ts'

export type RunPipelineOptions = Omit<RunOptions, 'trigger' | 'version' | 'channel' | 'environment'> & {
  /** What each dataset of the project holds for this run. */
  readonly datasets?: { readonly [name: string]: Table | readonly Row[] }
  /** The project's folder: where a catalog's files and a command's programs are found. Default: the working directory. */
  readonly projectDir?: string
  /** Gives up after so long. Default 60,000 ms. */
  readonly timeoutMs?: number
}

const FINISHED = new Set(['succeeded', 'failed', 'cancelled', 'paused'])
const POLL_MS = 10

/**
 * Runs a pipeline on small data in this process: an integration test. The control plane is the real one, with a database in a temporary folder, and
 * so are cache, gates and registry; steps run in this process, so that a debugger stops in them and a mock of the test runner holds.
 *
 * @param pipeline - What `pipeline(…)` gave.
 * @returns The run, over or waiting for a person. Close it, or declare it with `await using`, to remove its folder.
 * @throws RegiaError `TIMEOUT`, and what starting the run refuses: `INVALID_INPUT` for parameters, `NOT_FOUND` for a dataset.
 * @example
 * await using run = await runPipeline(churn, { datasets: { customers: rows }, params: { trees: 5 } })
 * expect(run.status).toBe('succeeded')
 * expect(run.value('gate', 'passed')).toBe(true)
 */
export async function runPipeline(pipeline: PipelineDefinition, options: RunPipelineOptions = {}): Promise<TestRun> {
  const { datasets = {}, projectDir = process.cwd(), timeoutMs = 60_000, ...runOptions } = options
  const folder = await mkdtemp(join(tmpdir(), 'regia-test-'))
  const home = join(folder, 'home')
  const server = await createServer({ home, projectDir: folder, roles: ['api'] })
  const client = createClient({ url: server.url })
  const worker = startWorker({
    client: workerClient(client, home),
    blobs: folderBlobStore(join(home, 'blobs')),
    home,
    cpu: 2,
    memoryMb: 4096,
    name: 'test',
    now: Date.now,
    executor: 'inProcess',
  })
  const close = async () => {
    await worker.stop()
    await server.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await giveDatasets(client, datasets, folder)
    const { pipeline: name, version } = await deployHere(client, pipeline, projectDir)
    const { id } = await client.pipelines.run(name, { ...runOptions, version })
    return new TestRun({ run: await settled(client, id, timeoutMs), client, home, close })
  } catch (error) {
    await close()
    throw error
  }
}

async function giveDatasets(
  client: RegiaClient,
  datasets: NonNullable<RunPipelineOptions['datasets']>,
  folder: string,
): Promise<void> {
  const dir = join(folder, 'data')
  await mkdir(dir)
  const engine = await createDataEngine({ tempDir: join(folder, 'spill') })
  for (const [name, given] of Object.entries(datasets)) {
    const path = join(dir, `${name}.parquet`)
    await engine.writeTable(isRows(given) ? tableOfRows(given, `dataset "${name}"`) : given, path)
    await client.datasets.ingest(name, { path })
  }
  await engine.close()
}

const isRows = (given: Table | readonly Row[]): given is readonly Row[] => Array.isArray(given)

async function settled(client: RegiaClient, runId: string, timeoutMs: number) {
  const giveUpAt = performance.now() + timeoutMs
  for (;;) {
    const run = await client.runs.get(runId)
    if (FINISHED.has(run.status)) return run
    if (performance.now() > giveUpAt) {
      const open = run.steps.filter(({ status }) => status === 'running' || status === 'queued').map(({ step }) => step)
      throw new RegiaError('TIMEOUT', `The run was not over after ${timeoutMs} ms.`, {
        where: open.join(', '),
        hint: 'Give it smaller data, or more time with timeoutMs.',
      })
    }
    await wait(POLL_MS)
  }
}
