import { RegiaError, type RunStatus, type ScheduleSpec, toIso } from '@regia/core'
import {
  changeFiring,
  countQueued,
  type Firing,
  findFiring,
  firingsIn,
  openFirings,
  startWhereFree,
} from './firing-store.ts'
import { renderParams } from './params-template.ts'
import type { ScheduleDeps } from './schedule-deps.ts'

/** More than anybody means to have waiting. */
const MAX_QUEUED = 1_000
/** So long a start that fails for no reason of the user's is tried again. */
const PATIENCE_MS = 600_000
const OVER: readonly RunStatus[] = ['succeeded', 'failed', 'cancelled']

/**
 * Does what is left to do for a schedule: decides about occasions that are only noted, starts the runs that shall be, lets the next one in
 * that waits. Every decision is written before it is acted on, and a run starts under the id that its occasion has had from the beginning:
 * whoever dies in between, or does the same at the same time, changes nothing.
 */
export async function carryOut(deps: ScheduleDeps, spec: ScheduleSpec): Promise<void> {
  const { database } = deps
  if (spec.overlap !== 'allow') await closeOver(deps, spec.name)
  for (const firing of await firingsIn(database, spec.name, ['starting'])) await start(deps, spec, firing)
  for (const firing of await firingsIn(database, spec.name, ['claimed'])) await decide(deps, spec, firing)
  const [next] = await firingsIn(database, spec.name, ['queued'])
  if (next && (await startWhereFree(database, next))) await start(deps, spec, { ...next, state: 'starting' })
}

/** Runs that came to an end no longer stand in anybody's way. */
async function closeOver({ database, runs }: ScheduleDeps, schedule: string): Promise<void> {
  const open = (await openFirings(database, schedule)).filter(({ state }) => state === 'running')
  if (open.length === 0) return
  const found = await runs.find(open.map(({ runId }) => runId))
  for (const firing of open) {
    const run = found.get(firing.runId)
    // A run that is no longer there was taken away with the garbage, so it is over.
    if (!run || OVER.includes(run.status)) await changeFiring(database, firing, { state: 'over' })
  }
}

async function decide(deps: ScheduleDeps, spec: ScheduleSpec, firing: Firing): Promise<void> {
  const { database } = deps
  const isStarting = await (async () => {
    switch (spec.overlap) {
      case 'allow':
        return changeFiring(database, firing, { state: 'starting', isOpen: false })
      case 'cancel':
        await cancelOthers(deps, firing)
        return changeFiring(database, firing, { state: 'starting', isOpen: true })
      case 'skip':
      case 'queue':
        return startWhereFree(database, firing)
    }
  })()
  if (isStarting) await start(deps, spec, { ...firing, state: 'starting' })
  else if (spec.overlap === 'queue') await queue(deps, firing)
  else await skip(deps, firing)
}

async function cancelOthers({ database, runs }: ScheduleDeps, { schedule, number }: Firing): Promise<void> {
  for (const other of await openFirings(database, schedule)) {
    // One that came later is not for this one to end.
    if (other.number >= number) continue
    await runs.cancel(other.runId)
    await changeFiring(database, other, { state: 'over' })
  }
}

async function queue(deps: ScheduleDeps, firing: Firing): Promise<void> {
  const waiting = await countQueued(deps.database, firing.schedule)
  if (waiting < MAX_QUEUED) await changeFiring(deps.database, firing, { state: 'queued' })
  else await changeFiring(deps.database, firing, { state: 'skipped', reason: `${MAX_QUEUED} others waited already` })
  deps.publish('schedule', firing.schedule)
}

async function skip(deps: ScheduleDeps, firing: Firing): Promise<void> {
  const [open] = await openFirings(deps.database, firing.schedule)
  const reason = `${firing.reason}; skipped, since run ${open?.runId ?? 'before it'} of this schedule went on`
  await changeFiring(deps.database, firing, { state: 'skipped', reason })
  deps.publish('schedule', firing.schedule)
}

async function start(deps: ScheduleDeps, spec: ScheduleSpec, firing: Firing): Promise<void> {
  const { database, runs, publish } = deps
  const { name: schedule, pipeline, channel } = spec
  const { at, cause, runId } = firing
  try {
    const params = renderParams(spec.params, at, firing.facts)
    const trigger = { kind: 'schedule' as const, schedule, at, cause }
    await runs.start({ id: runId, pipeline, channel, params, trigger })
  } catch (error) {
    await fail(deps, spec, firing, error)
    return
  }
  const isOpen = spec.overlap !== 'allow'
  if (await changeFiring(database, firing, { state: isOpen ? 'running' : 'over', isOpen }))
    publish('schedule', schedule)
  // A later occasion has ended this one while it was starting.
  else if (spec.overlap === 'cancel' && (await findFiring(database, schedule, firing.number))?.state === 'over')
    await runs.cancel(runId)
}

/** What the user can mend is said; what nobody could foresee is tried again for a while. */
async function fail(deps: ScheduleDeps, spec: ScheduleSpec, firing: Firing, error: unknown): Promise<void> {
  const age = deps.clock() - Date.parse(firing.firedAt)
  if (!(error instanceof RegiaError) && age >= 0 && age < PATIENCE_MS) throw error
  const reason = error instanceof RegiaError ? [error.message, error.hint].filter(Boolean).join(' ') : String(error)
  const { name: schedule, pipeline } = spec
  await deps.database.transaction().execute(async (connection) => {
    if (!(await changeFiring(connection, firing, { state: 'failed', reason }))) return
    const { at, number } = firing
    await deps.firingFailed(connection, { schedule, pipeline, at, number, reason })
  })
  deps.publish('schedule', schedule)
}

/** What became of a firing. */
export async function getFiring({ database }: ScheduleDeps, schedule: string, number: number): Promise<Firing> {
  const firing = await findFiring(database, schedule, number)
  if (firing) return firing
  throw new RegiaError('NOT_FOUND', `Firing ${number} of schedule "${schedule}" is gone.`)
}

export const isoNow = ({ clock }: Pick<ScheduleDeps, 'clock'>): string => toIso(clock())
