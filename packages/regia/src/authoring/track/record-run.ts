import { createRng, durationMs, RegiaError, type TrackedRunDetail, toIso } from '@regia/core'
import { createRunLogger } from '@regia/sdk'
import { describeDataset } from '../../tracking/dataset-source.ts'
import { ERROR_TAG, liveRuns, type Outcome } from '../../tracking/live-runs.ts'
import { patiently } from '../../tracking/patiently.ts'
import type { Session } from '../../tracking/session.ts'
import { startSystemMetrics } from '../../tracking/system-metrics/system-metrics.ts'
import { performUpload, type Upload, uploadOf } from '../../tracking/upload.ts'
import type { ActiveRun, TrackOptions } from './active-run.ts'
import { keepModel } from './keep-model.ts'

export type Recording = {
  readonly detail: TrackedRunDetail
  readonly experiment: string
  readonly seed: string
  readonly options: TrackOptions
  readonly endsWithProgram: boolean
  readonly isJoined: boolean
  readonly files: readonly Upload[]
}

/** A run with the way to say how it ended. */
export type RecordedRun = ActiveRun & { readonly finish: (outcome: Outcome) => Promise<void> }

const SYSTEM_METRICS_EVERY = '10s'

/** Makes a run on the server one that can be logged to. */
export function recordRun(session: Session, recording: Recording): RecordedRun {
  const { server, surroundings, environment } = session
  const { client } = server
  const { detail, experiment, seed, options, endsWithProgram, isJoined } = recording
  const { id } = detail
  const onProblem = options.onProblem ?? ((problem: RegiaError) => tellProblem(problem))
  const logger = createRunLogger(client, { runId: id, onProblem })
  const under = new Set<Promise<void>>()
  /** Who does not await it is told as well when it fails. */
  const inBackground = (work: Promise<void>): Promise<void> => {
    const watched = work.catch((error: unknown) => onProblem(asProblem(error)))
    under.add(watched)
    void watched.finally(() => under.delete(watched))
    return work
  }
  const uploads = new Set<Upload>()
  const upload = (file: Upload): Promise<void> => {
    uploads.add(file)
    return inBackground(performUpload(client, id, file).finally(() => uploads.delete(file)))
  }
  for (const file of recording.files) upload(file)
  const every = sampleEvery(options.systemMetrics, environment.tracking.systemMetrics)
  const sampler = every === undefined || isJoined ? undefined : startSystemMetrics(logger, durationMs(every))

  let ending: Promise<void> | undefined
  const finish = ({ status, error }: Outcome): Promise<void> => {
    ending ??= (async () => {
      await sampler?.stop()
      while (under.size > 0) await Promise.all(under)
      if (error !== undefined) logger.setTag(ERROR_TAG, error)
      const logged = await logger.end().then(
        () => undefined,
        (problem: unknown) => problem,
      )
      if (!isJoined) await patiently(() => client.tracking.update(id, { status, finishedAt: toIso(Date.now()) }))
      liveRuns.delete(id)
      if (logged !== undefined) throw logged
    })()
    return ending
  }
  const unsentFiles = () => [...uploads]
  liveRuns.add({ id, endsWithProgram, isJoined, server, unsent: logger.unsent, unsentFiles, finish })

  const root = surroundings.state?.root ?? surroundings.workingDir
  const end: ActiveRun['end'] = (status = 'succeeded') =>
    finish({ status: liveRuns.signal.aborted ? 'cancelled' : status })
  return {
    id,
    name: detail.name,
    experiment,
    url: `${server.url()}/experiments/${detail.experimentId}/runs/${id}`,
    seed,
    rng: createRng(seed),
    signal: liveRuns.signal,
    log: logger.logMetrics,
    params: logger.logParams,
    tags: logger.setTags,
    note: (markdown) =>
      inBackground(patiently(() => client.tracking.update(id, { note: markdown })).then(() => undefined)),
    artifact: (path, as) => upload(uploadOf(path, as)),
    text: (path, content) => upload({ path, content }),
    json: (path, value) => upload({ path, content: `${JSON.stringify(value, undefined, 2)}\n` }),
    dataset: (source, datasetOptions = {}) =>
      inBackground(
        describeDataset(source, datasetOptions, { client, workingDir: process.cwd(), root }).then(logger.logDataset),
      ),
    model: (path, modelOptions = {}) => inBackground(keepModel(upload, id, path, modelOptions)),
    flush: async () => {
      while (under.size > 0) await Promise.all(under)
      await logger.flush()
    },
    end,
    finish,
    [Symbol.asyncDispose]: () => end(),
  }
}

function sampleEvery(asked: TrackOptions['systemMetrics'], environment: string | undefined): string | undefined {
  if (asked === true) return environment ?? SYSTEM_METRICS_EVERY
  return asked === false ? undefined : (asked ?? environment)
}

function tellProblem({ message, hint, where }: RegiaError): void {
  if (liveRuns.signal.aborted) return
  process.stderr.write(`regia: ${message}${where ? ` (${where})` : ''}${hint ? ` ${hint}` : ''}\n`)
}

const asProblem = (error: unknown): RegiaError =>
  error instanceof RegiaError ? error : new RegiaError('USER_CODE_FAILED', String(error), { cause: error })
