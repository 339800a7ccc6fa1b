import { writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { Worker } from 'node:worker_threads'
import { type StepManifest, type StepResult, stepManifestSchema } from '@regia/core'
import { prepareForUserCode } from '../bundling/load-user-code.ts'
import { enterProject, enterVariables } from './attempt-surroundings.ts'
import type { ChildMessage } from './child-message.ts'
import { failedResult, runManifest } from './run-manifest.ts'
import type { Secrets } from './secrets.ts'
import { captureOutput, StepEvents } from './step-events.ts'
import { writeResult } from './write-result.ts'

/**
 * Child program: runs steps. Reads paths of manifests on standard input, one a line, and serves them one after another.
 * Says what happens as NDJSON on channel 3, and writes each `result.json` last.
 */
type Running = { readonly manifest: StepManifest; readonly fail: (error: unknown) => void; readonly abort: () => void }

/** The worker ends this process, and with it what a program left, after the grace that it knows. */
const HOST = { isShared: false, graceMs: 3_600_000 }
const [parentPid = ''] = process.argv.slice(2)
const CHANNEL = 3
/** Written synchronously, so that the last words of a process arrive. */
const send = (message: ChildMessage): void => {
  let bytes = Buffer.from(`${JSON.stringify(message)}\n`)
  while (bytes.length > 0) bytes = bytes.subarray(writeSync(CHANNEL, bytes))
}
const events = new StepEvents(send)
let running: Running | undefined
let isSpent = false

/** @param line - The path of a manifest, or JSON with it and the values of secrets. */
async function serve(line: string): Promise<void> {
  const { manifestPath, secrets } = parseRequest(line)
  const manifest = stepManifestSchema.parse(JSON.parse(await readFile(manifestPath, 'utf8')))
  const leftBefore = countLeftovers()
  const result = await run(manifest, secrets)
  finishLines()
  events.flush()
  await writeResult(manifest.resultPath, result)
  // A timer or connection that the step left behind would go on in the next one.
  isSpent ||= countLeftovers() > leftBefore
  const residentMb = Math.round(process.memoryUsage.rss() / 1_048_576)
  send({ type: 'done', residentMb, isSpent })
}

function parseRequest(line: string): { readonly manifestPath: string; readonly secrets: Secrets } {
  if (!line.startsWith('{')) return { manifestPath: line, secrets: {} }
  const request: { manifestPath: string; secrets?: Secrets } = JSON.parse(line)
  return { secrets: {}, ...request }
}

async function run(manifest: StepManifest, secrets: Secrets): Promise<StepResult> {
  const abort = new AbortController()
  const stray = Promise.withResolvers<never>()
  running = { manifest, fail: stray.reject, abort: () => abort.abort() }
  const leave = enterVariables({ ...placeOf(manifest), ...manifest.env, ...secrets })
  try {
    if (manifest.kind === 'code') enterProject(manifest.projectDir)
    return await Promise.race([runManifest(manifest, events, abort.signal, HOST), stray.promise])
  } catch (error) {
    return failedResult(error, manifest)
  } finally {
    leave()
    running = undefined
  }
}

/** What runs that a step tracks itself are told: whose home it is, whose folder `work` holds this attempt's, and of which step run they are a part. */
const placeOf = ({ resultPath, stepRunId }: StepManifest) => ({
  REGIA_HOME: resolve(resultPath, '..', '..', '..'),
  REGIA_STEP_RUN: stepRunId,
})

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
for await (const line of createInterface({ input: process.stdin })) {
  await serve(line).catch((error: unknown) => {
    // Without a result, such as on a full disk, its last words are all that the worker learns.
    console.error(String(error))
    finishLines()
    process.exit(1)
  })
}
process.exit(0)
