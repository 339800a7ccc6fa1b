import { rm } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { type Clock, type ErrorBody, type LeasedStep, type LeaseReport, RegiaError } from '@regia/core'
import type { BlobStore } from '../blobs/index.ts'
import { type AttemptFiles, prepareAttempt, readResult } from './attempt-files.ts'
import { layOutProgram } from './command/command-folder.ts'
import { crashOf } from './crash.ts'
import { DISK_FULL_HINT, isDiskFull } from './disk-full.ts'
import { EventOutbox, isRefusal } from './event-outbox.ts'
import { keepOutputs } from './keep-outputs.ts'
import { placeOf } from './place-of.ts'
import { maskError, masker, readSecrets, type Secrets } from './secrets.ts'
import type { AttemptOutcome, StepExecutor } from './step-executor.ts'
import type { WorkerClient } from './worker-client.ts'

export type LeaseServices = {
  readonly client: WorkerClient
  readonly blobs: BlobStore
  readonly executor: StepExecutor
  readonly home: string
  readonly now: Clock
  /** Where secrets of steps are found. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** How long a step may tidy up after SIGTERM. */
  readonly graceMs: number
  readonly heartbeatMs: number
}

/** Why the worker ends a step before it is done. */
type Stop = 'timed-out' | 'cancelled' | 'lease-lost' | 'worker-stopped'

const FLUSH_MS = 250

/** Runs one leased attempt from its manifest to its report. Never rejects: whatever happens is reported. */
export async function runLease(lease: LeasedStep, services: LeaseServices, workerStopped: AbortSignal): Promise<void> {
  const outbox = new EventOutbox(services.now)
  const stop = new AbortController()
  const end = (why: Stop) => stop.abort(why)
  const onWorkerStop = () => end('worker-stopped')
  workerStopped.addEventListener('abort', onWorkerStop)
  const timer = setTimeout(() => end('timed-out'), lease.timeoutMs)
  const pulse = new AbortController()
  const beating = beat(lease, outbox, services, end, pulse.signal)
  const outcome = await attempt(lease, outbox, services, stop.signal)
  clearTimeout(timer)
  pulse.abort()
  workerStopped.removeEventListener('abort', onWorkerStop)
  await beating
  if (outcome !== 'lease-lost') await report(lease, outcome, outbox, services, workerStopped)
}

type Unsigned<Report> = Report extends unknown ? Omit<Report, 'leaseToken'> : never
type Outcome = Unsigned<LeaseReport> | 'lease-lost'

async function attempt(
  lease: LeasedStep,
  outbox: EventOutbox,
  services: LeaseServices,
  stop: AbortSignal,
): Promise<Outcome> {
  let files: AttemptFiles | undefined
  try {
    const secrets = readSecrets(lease, services.environment)
    outbox.hide(masker(secrets))
    files = await prepareAttempt(lease, services.home, services.blobs)
    if (lease.command) await layOutProgram(lease, files.dir, services.blobs)
    const ended = await serve(lease, files, secrets, outbox, services, stop)
    if (stop.aborted) return stoppedOutcome(lease, stop.reason)
    if (ended.kind === 'exited') return failed(crashOf(lease, ended), true)
    const result = await readResult(files, lease.step)
    if (result.status === 'failed') return result
    return { status: 'succeeded', outputs: await keepOutputs(result.outputs, files.dir, services.blobs) }
  } catch (error) {
    if (stop.aborted) return stoppedOutcome(lease, stop.reason)
    return failed(bodyOf(error, lease), !isFaultOfStep(error))
  } finally {
    outbox.close()
    if (files) await rm(files.dir, { recursive: true, force: true }).catch(() => undefined)
  }
}

const serve = (
  lease: LeasedStep,
  { manifestPath }: AttemptFiles,
  secrets: Secrets,
  outbox: EventOutbox,
  { executor, graceMs }: LeaseServices,
  stop: AbortSignal,
): Promise<AttemptOutcome> =>
  executor.run({
    lease,
    manifestPath,
    secrets,
    onEvent: (event) => outbox.add(event),
    stop,
    // What a lost attempt still does is worth nothing.
    graceMs: () => (stop.reason === 'lease-lost' ? 0 : graceMs),
  })

/** Keeps the lease while the attempt runs, hands over events, and hears of a cancellation. */
async function beat(
  lease: LeasedStep,
  outbox: EventOutbox,
  { client, heartbeatMs, now }: LeaseServices,
  end: (why: Stop) => void,
  ended: AbortSignal,
): Promise<void> {
  let lastBeat = now()
  while (await passed(FLUSH_MS, ended)) {
    if (outbox.isEmpty && now() - lastBeat < heartbeatMs) continue
    lastBeat = now()
    const { leaseToken, stepRunId } = lease
    try {
      const { cancel } = await outbox.sendBatch((events) => client.heartbeat(stepRunId, { leaseToken, events }))
      if (cancel) end('cancelled')
    } catch (error) {
      // Anything else may pass: the lease holds until it expires.
      if (error instanceof RegiaError && error.code === 'LEASE_LOST') return end('lease-lost')
    }
  }
}

async function report(
  lease: LeasedStep,
  outcome: Unsigned<LeaseReport>,
  outbox: EventOutbox,
  { client }: LeaseServices,
  workerStopped: AbortSignal,
): Promise<void> {
  const { leaseToken, stepRunId } = lease
  let told = placed(lease, outcome, outbox)
  for (let delayMs = 100; ; delayMs = Math.min(delayMs * 2, 5_000)) {
    const hadEvents = !outbox.isEmpty
    try {
      while (!outbox.fitsInOneBatch) {
        await outbox.sendBatch((events) => client.heartbeat(stepRunId, { leaseToken, events }))
      }
      return await outbox.sendBatch((events) => client.report(stepRunId, { ...told, leaseToken, events }))
    } catch (error) {
      const next = afterRefusal(error, told, hadEvents)
      if (!next || !(await passed(delayMs, workerStopped))) return
      told = next
    }
  }
}

/** What computes knows no steps: every error says of which attempt it is, and no error holds a secret. */
function placed(lease: LeasedStep, outcome: Unsigned<LeaseReport>, outbox: EventOutbox): Unsigned<LeaseReport> {
  if (outcome.status !== 'failed') return outcome
  const { step, attempt } = lease
  const error = { where: placeOf(lease), ...outcome.error, data: { ...outcome.error.data, step, attempt } }
  return { ...outcome, error: maskError(error, outbox.mask) }
}

/** What to say after a report was not taken: the same again, a failure instead of outputs that nobody will have, or nothing. */
function afterRefusal(
  error: unknown,
  told: Unsigned<LeaseReport>,
  hadEvents: boolean,
): Unsigned<LeaseReport> | undefined {
  if (!(error instanceof RegiaError)) return undefined
  if (error.code === 'UNAVAILABLE' || error.code === 'TIMEOUT') return told
  // Refused events were dropped, so the outcome itself may pass now.
  if (!isRefusal(error)) return undefined
  if (hadEvents) return told
  return told.status === 'succeeded' ? failed(error.toBody(), false) : undefined
}

/** @returns false when the signal came first. */
async function passed(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false
  return wait(ms, true, { signal }).catch(() => false)
}

function stoppedOutcome(lease: LeasedStep, why: Stop): Outcome {
  switch (why) {
    case 'lease-lost':
      return 'lease-lost'
    case 'cancelled':
    case 'worker-stopped':
      return { status: 'cancelled' }
    case 'timed-out':
      return failed(timedOut(lease), true)
  }
}

const timedOut = ({ step, timeoutMs }: LeasedStep): ErrorBody => ({
  code: 'STEP_TIMED_OUT',
  message: `Step "${step}" was still running after ${timeoutMs / 1000} s and was ended.`,
  hint: 'Give it more time (timeout: "2h") or less work; report progress to see how far it comes.',
})

const failed = (error: ErrorBody, isRetryable: boolean): Unsigned<LeaseReport> => ({
  status: 'failed',
  error,
  isRetryable,
})

function bodyOf(error: unknown, { step }: LeasedStep): ErrorBody {
  const known = error instanceof RegiaError
  if (!isDiskFull(known ? error.cause : error) && known) return error.toBody()
  const message = `The worker could not run step "${step}": ${error instanceof Error ? error.message : String(error)}`
  // Somebody else's files may go, so it is tried again like any fault of the machinery.
  return { code: 'UNAVAILABLE', message, hint: isDiskFull(message) ? DISK_FULL_HINT : 'Look at the worker’s own log.' }
}

/** Trying again on this worker would fail in the same way. */
const isFaultOfStep = (error: unknown) =>
  error instanceof RegiaError && (error.code === 'STEP_OUTPUT_INVALID' || error.code === 'CONFIG_INVALID')
