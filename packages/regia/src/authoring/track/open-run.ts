import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { type CreateTrackedRun, RegiaError, type TrackedRunDetail, toIso } from '@regia/core'
import { readEnvironment } from '../../project/environment.ts'
import { liveRuns } from '../../tracking/live-runs.ts'
import { patiently } from '../../tracking/patiently.ts'
import { provenanceFiles, provenanceTags } from '../../tracking/provenance/kept-files.ts'
import { provenanceOf } from '../../tracking/provenance/provenance.ts'
import { openSession, type Session } from '../../tracking/session.ts'
import { REPRODUCES_TAG } from '../../tracking/tags.ts'
import type { Upload } from '../../tracking/upload.ts'
import type { TrackOptions } from './active-run.ts'
import { currentRun } from './current-run.ts'
import { type RecordedRun, recordRun } from './record-run.ts'

/** Starts a run, or takes part in the one that `regia track` has begun for this process. @param endsWithProgram - See `LiveRun`. */
export async function openRun(options: TrackOptions, endsWithProgram: boolean): Promise<RecordedRun> {
  const session = await openSession()
  const parent = options.parent ?? currentRun() ?? stepRunId()
  const given = parent === undefined ? session.takeGivenRun() : undefined
  const seed = seedOf(options, session)
  const begun = given === undefined ? await begin(options, parent, seed, session) : await join(given, session)
  const run = recordRun(session, { ...begun, seed, options, endsWithProgram, isJoined: given !== undefined })
  run.params(options.params ?? {})
  run.tags(options.tags ?? {})
  return run
}

type Begun = {
  readonly detail: TrackedRunDetail
  readonly experiment: string
  /** Where it comes from. */
  readonly files: readonly Upload[]
}

async function begin(
  options: TrackOptions,
  parent: TrackOptions['parent'],
  seed: string,
  session: Session,
): Promise<Begun> {
  const { client } = session.server
  const { tracking, user } = session.environment
  // What is inside of a run of this process, or of a step, has the code of that one.
  const isOutermost = typeof parent !== 'object' && (parent === undefined || parent !== stepRunId())
  const number = isOutermost ? session.nextNumber() : 1
  const again = isOutermost && tracking.reproduction?.number === number ? tracking.reproduction : undefined
  const provenance = provenanceOf(session.surroundings, {
    madeBy: 'script',
    command: session.command,
    number,
    seed,
    params: {},
  })
  const experiment =
    options.experiment ?? (await experimentOfParent(parent, session)) ?? tracking.experiment ?? 'Default'
  const parentId = typeof parent === 'object' ? parent.id : parent
  const body: CreateTrackedRun = {
    id: again?.id ?? randomUUID().replaceAll('-', ''),
    experiment,
    user,
    startedAt: toIso(Date.now()),
    tags: { ...provenanceTags(provenance), ...(again && { [REPRODUCES_TAG]: again.of }) },
    ...(options.name !== undefined && { name: options.name }),
    ...(parentId !== undefined && { parentId }),
  }
  const detail = await patiently(() => client.tracking.create(body))
  return { detail, experiment, files: isOutermost ? provenanceFiles(provenance, session.surroundings) : [] }
}

/** Read anew: a process runs one step after the other. */
const stepRunId = (): string | undefined => readEnvironment(process.env).tracking.stepRunId

async function experimentOfParent(parent: TrackOptions['parent'], { server }: Session): Promise<string | undefined> {
  if (typeof parent === 'object') return parent.experiment
  if (parent === undefined) return undefined
  const { experimentId } = await soon(() => server.client.tracking.get(parent))
  return (await patiently(() => server.client.experiments.get(experimentId))).name
}

const SOON_MS = 5_000
const PAUSE_MS = 100

/** The tracked run of a step appears a moment after the step began. */
async function soon<Found>(find: () => Promise<Found>): Promise<Found> {
  for (const untilMs = Date.now() + SOON_MS; ; await wait(PAUSE_MS)) {
    try {
      return await patiently(find)
    } catch (error) {
      if (!(error instanceof RegiaError) || error.code !== 'NOT_FOUND' || Date.now() > untilMs) throw error
    }
  }
}

async function join(id: string, { server }: Session): Promise<Begun> {
  const detail = await patiently(() => server.client.tracking.get(id))
  const { name } = await patiently(() => server.client.experiments.get(detail.experimentId))
  return { detail, experiment: name, files: [] }
}

const SEEDS = 2 ** 31

/** What is made again has the seed of then, whatever the script says. */
function seedOf({ seed }: TrackOptions, { environment }: Session): string {
  const { tracking } = environment
  const given = tracking.reproduction ? (tracking.seed ?? seed) : (seed ?? tracking.seed)
  return String(given ?? randomInt(SEEDS))
}

/** @throws RegiaError `RUN_CANCELLED` once this process was told to stop: no new work is begun then. */
export function assertGoingOn(): void {
  if (!liveRuns.signal.aborted) return
  throw new RegiaError('RUN_CANCELLED', 'No run is started: this process was told to stop.', {
    hint: 'Let the process end, and start it again.',
  })
}
