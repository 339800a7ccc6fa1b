import { randomInt, randomUUID } from 'node:crypto'
import { durationMs, type TrackedRunDetail, toIso } from '@regia/core'
import { createRunLogger, type RegiaClient } from '@regia/sdk'
import { ERROR_TAG, liveRuns, type Outcome } from './live-runs.ts'
import { patiently } from './patiently.ts'
import { provenanceFiles, provenanceTags } from './provenance/kept-files.ts'
import { provenanceOf, readSurroundings } from './provenance/provenance.ts'
import { exitCodeOfProgram, type ProgramEnd, runProgram } from './run-program.ts'
import { startSystemMetrics } from './system-metrics/system-metrics.ts'
import { performUpload } from './upload.ts'

export type TrackedProgram = {
  readonly client: RegiaClient
  readonly url: string
  readonly token: string | undefined
  readonly user: string
  readonly command: readonly string[]
  readonly workingDir: string
  /** Before those of Regia. */
  readonly env: NodeJS.ProcessEnv
  readonly id?: string | undefined
  readonly experiment: string | undefined
  readonly name: string | undefined
  readonly parent?: string | undefined
  readonly params: Readonly<Record<string, string>>
  readonly tags: Readonly<Record<string, string>>
  readonly seed: string | undefined
  /** Such as `10s`. */
  readonly systemMetrics: string | undefined
  readonly stdout: 'stdout' | 'stderr'
  /** Aborted: the program was told to stop, and its run is cancelled. */
  readonly signal: AbortSignal
  /** The server is another process: should this one be ended at once, another one can still tell it how the run ended. */
  readonly isServerElsewhere: boolean
  readonly onBegin?: (run: TrackedRunDetail) => void
}

export type TrackedProgramEnd = { readonly run: TrackedRunDetail; readonly exitCode: number }

const SEEDS = 2 ** 31

/**
 * Runs any command as a tracked run. The program finds the run in REGIA_RUN_ID, which `track` and `startRun` join, and in MLFLOW_RUN_ID and
 * MLFLOW_TRACKING_URI, which MLflow's clients join.
 *
 * @throws RegiaError `NOT_FOUND` where the command cannot be started; its run has failed then.
 */
export async function trackProgram(request: TrackedProgram): Promise<TrackedProgramEnd> {
  const { client, command, workingDir, signal } = request
  const seed = request.seed ?? String(randomInt(SEEDS))
  const surroundings = await readSurroundings(workingDir, command[0] ?? '')
  const facts = { madeBy: 'command', command, number: 1, seed, params: request.params } as const
  const provenance = provenanceOf(surroundings, facts)
  const run = await begin(request, provenanceTags(provenance))
  request.onBegin?.(run)
  const logger = createRunLogger(client, { runId: run.id, onProblem: ({ message }) => warn(message) })
  logger.logParams(request.params)
  const uploads = provenanceFiles(provenance, surroundings).map((upload) =>
    performUpload(client, run.id, upload).catch((error: unknown) => warn(`${upload.path} was not kept: ${error}`)),
  )
  let sampler: ReturnType<typeof startSystemMetrics> | undefined
  const finish = async ({ status, error }: Outcome): Promise<TrackedRunDetail> => {
    await sampler?.stop()
    await Promise.all(uploads)
    if (error !== undefined) logger.setTag(ERROR_TAG, error)
    await logger.end().catch(() => undefined) // told when it was refused
    const finished = await patiently(() => client.tracking.update(run.id, { status, finishedAt: toIso(Date.now()) }))
    liveRuns.delete(run.id)
    return finished
  }
  if (request.isServerElsewhere) {
    const server = { url: () => request.url, token: request.token }
    const live = {
      id: run.id,
      endsWithProgram: false,
      isJoined: false,
      server,
      unsent: logger.unsent,
      unsentFiles: () => [],
    }
    liveRuns.add({ ...live, finish: async (outcome) => void (await finish(outcome)) })
  }
  try {
    const ended = await runProgram({
      command,
      cwd: workingDir,
      env: { ...request.env, ...tellRun(request, run, seed) },
      stdout: request.stdout,
      onStart: (pid) => {
        const every = request.systemMetrics
        if (every !== undefined) sampler = startSystemMetrics(logger, durationMs(every), pid)
      },
    })
    return { run: await finish(outcomeOf(ended, signal.aborted)), exitCode: exitCodeOfProgram(ended) }
  } catch (error) {
    await finish({ status: 'failed', error: error instanceof Error ? error.message : String(error) })
    throw error
  }
}

function begin(request: TrackedProgram, provenance: Readonly<Record<string, string>>): Promise<TrackedRunDetail> {
  const { client, experiment, name, parent, user, tags } = request
  const id = request.id ?? randomUUID().replaceAll('-', '')
  const body = {
    id,
    user,
    startedAt: toIso(Date.now()),
    tags: { ...provenance, ...tags },
    ...(experiment !== undefined && { experiment }),
    ...(name !== undefined && { name }),
    ...(parent !== undefined && { parentId: parent }),
  }
  return patiently(() => client.tracking.create(body))
}

/** What the program is told of its run: for our own API, and for MLflow's clients. */
function tellRun({ url, token, env }: TrackedProgram, { id, experimentId }: TrackedRunDetail, seed: string) {
  const isNumber = /^\d{1,9}$/.test(seed)
  return {
    REGIA_URL: url,
    REGIA_RUN_ID: id,
    REGIA_SEED: seed,
    MLFLOW_TRACKING_URI: url,
    MLFLOW_RUN_ID: id,
    MLFLOW_EXPERIMENT_ID: experimentId,
    ...(token !== undefined && { REGIA_TOKEN: token, MLFLOW_TRACKING_TOKEN: token }),
    // Python's order of sets is random from process to process otherwise.
    ...(isNumber && env.PYTHONHASHSEED === undefined && { PYTHONHASHSEED: seed }),
  }
}

function outcomeOf(ended: ProgramEnd, isStopped: boolean): Outcome {
  const { code, signal } = ended
  if (code === 0 && !isStopped) return { status: 'succeeded' }
  if (isStopped || signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP') return { status: 'cancelled' }
  const how = signal === undefined ? `ended with exit code ${code}` : `was ended by ${signal}`
  return { status: 'failed', error: `The command ${how}.` }
}

const warn = (text: string): void => void process.stderr.write(`regia: ${text}\n`)
