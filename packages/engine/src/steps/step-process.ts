import { readFile, rename, writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { RegiaError, type StepManifest, type StepResult, stepManifestSchema } from '@regia/core'
import { prepareForUserCode } from '../bundling/load-user-code.ts'
import { failedResult, runManifest } from './run-manifest.ts'
import { captureOutput, StepEvents } from './step-events.ts'

/**
 * Child program: runs steps. Reads paths of manifests on standard input, one a line, and serves them one after another.
 * Says what happens as NDJSON on channel 3, and writes each `result.json` last.
 */
type Running = { readonly manifest: StepManifest; readonly fail: (error: unknown) => void; readonly abort: () => void }

const [parentPid = ''] = process.argv.slice(2)
const events = new StepEvents()
let running: Running | undefined
let isSpent = false

async function serve(manifestPath: string): Promise<void> {
  const manifest = stepManifestSchema.parse(JSON.parse(await readFile(manifestPath, 'utf8')))
  const leftBefore = countLeftovers()
  const result = await run(manifest)
  finishLines()
  events.flush()
  await writeResult(manifest.resultPath, result)
  // A timer or connection that the step left behind would go on in the next one.
  isSpent ||= countLeftovers() > leftBefore
  const residentMb = Math.round(process.memoryUsage.rss() / 1_048_576)
  events.send({ type: 'done', residentMb, isSpent })
}

async function run(manifest: StepManifest): Promise<StepResult> {
  const abort = new AbortController()
  const stray = Promise.withResolvers<never>()
  running = { manifest, fail: stray.reject, abort: () => abort.abort() }
  try {
    if (manifest.kind === 'code') enterProject(manifest.projectDir)
    return await Promise.race([runManifest(manifest, events, abort.signal), stray.promise])
  } catch (error) {
    return failedResult(error, manifest)
  } finally {
    running = undefined
  }
}

/** Relative paths in user code start at the project. */
function enterProject(projectDir: string): void {
  try {
    process.chdir(projectDir)
  } catch (cause) {
    throw new RegiaError('NOT_FOUND', `The project's folder cannot be entered: ${String(cause)}`, {
      where: projectDir,
      hint: 'Its packages are resolved from there. Bring it back, or deploy the pipeline from where it is now.',
    })
  }
}

async function writeResult(path: string, result: StepResult): Promise<void> {
  await writeFile(`${path}.partial`, JSON.stringify(result))
  await rename(`${path}.partial`, path)
}

const LEFTOVERS = new Set(['Timeout', 'TCPSocketWrap', 'TCPServerWrap', 'ProcessWrap', 'FSEventWrap'])

function countLeftovers(): number {
  return process.getActiveResourcesInfo().filter((kind) => LEFTOVERS.has(kind)).length
}

/** Ends this process, and what it started, when its worker is gone: also while a step keeps this thread busy. */
function followParent(pid: number): void {
  const watch = `
    setInterval(() => {
      if (process.ppid === ${pid}) return
      try { process.kill(-process.pid, 'SIGKILL') } catch { process.kill(process.pid, 'SIGKILL') }
    }, 1000)`
  if (Number.isInteger(pid) && pid > 0) new Worker(watch, { eval: true }).unref()
}

prepareForUserCode()
const finishLines = captureOutput(events)
followParent(Number(parentPid))
process.on('SIGTERM', () => {
  if (!running) process.exit(0)
  isSpent = true
  running.abort()
})
for (const stray of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(stray, (error: unknown) => {
    isSpent = true
    if (running) running.fail(error)
    else process.exit(1)
  })
}
for await (const line of createInterface({ input: process.stdin })) await serve(line)
process.exit(0)
