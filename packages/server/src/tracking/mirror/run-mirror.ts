import { setImmediate as turn } from 'node:timers/promises'
import type { Experiments } from '@regia/core'
import { sql } from 'kysely'
import type { Tables } from '../../database/database.ts'
import type { EventBus } from '../../events/bus.ts'
import type { TrackingDeps } from '../tracking-deps.ts'
import { mirrorRun } from './mirror-run.ts'

type Deps = Pick<TrackingDeps, 'database' | 'commits' | 'keys' | 'publish' | 'clock'> & {
  readonly experiments: Pick<Experiments, 'getOrCreate'>
  readonly events: Pick<EventBus, 'subscribe'>
  readonly onError: (error: unknown) => void
}
type RunRow = Tables['run']

/** A busy run is looked at so often. */
const PAUSE_MS = 1_000
const RUNS_A_TURN = 20
const isUnfinished = sql<boolean>`(known.run_id is null or known.is_final = 0)`

/**
 * Keeps runs of pipelines and their steps among the tracked runs, so that every client that searches runs sees them: experiment = pipeline, run =
 * parent, steps = children. It follows what the control plane has committed; after a crash it goes on where it was.
 */
export class RunMirror {
  readonly #deps: Deps
  readonly #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #working: Promise<void> | undefined
  #catchingUp: Promise<void> | undefined
  #unsubscribe: (() => void) | undefined
  #isStopped = false

  constructor(deps: Deps) {
    this.#deps = deps
  }

  /** Looks at what happened before, in the background, and listens from now on. */
  start(): void {
    this.#unsubscribe = this.#deps.events.subscribe(({ type, id }) => {
      if (type !== 'run' && type !== 'log') return
      this.#changed.add(id)
      this.#schedule()
    })
    this.#catchingUp = this.catchUp().catch(this.#deps.onError)
  }

  /** Ends after the run that is being taken over; the next start goes on from there. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#unsubscribe?.()
    clearTimeout(this.#timer)
    await Promise.all([this.#working, this.#catchingUp])
  }

  /** Every run that is not mirrored to its end. */
  async catchUp(): Promise<void> {
    for (let after = ''; ; ) {
      const runs = await this.#unfinished(after)
      for (const run of runs) {
        if (this.#isStopped) return
        await this.mirror(run.id)
      }
      const last = runs.at(-1)
      if (runs.length < RUNS_A_TURN || !last) return
      after = last.id
      // Thousands of runs from before: others get their turn in between.
      await turn()
    }
  }

  /** Brings one run up to date; one that is not there any more, or was taken over to its end, is left alone. */
  async mirror(runId: string): Promise<void> {
    const { commits, keys, experiments, clock, publish } = this.#deps
    for (let isComplete = false; !isComplete; ) {
      const run = await this.#find(runId)
      if (!run) return
      const { id } = await experiments.getOrCreate(run.pipeline)
      const mirrored = await commits.run((transaction) => mirrorRun(transaction, run, Number(id), keys, clock()))
      keys.remember(mirrored.keys)
      publish('trackedRun', runId)
      isComplete = mirrored.isComplete
    }
  }

  #schedule(): void {
    if (this.#timer || this.#working || this.#isStopped) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#working = this.#mirrorChanged().finally(() => {
        this.#working = undefined
        if (this.#changed.size > 0) this.#schedule()
      })
    }, PAUSE_MS)
    this.#timer.unref()
  }

  async #mirrorChanged(): Promise<void> {
    const ids = [...this.#changed]
    this.#changed.clear()
    for (const id of ids) {
      if (this.#isStopped) return
      await this.mirror(id).catch(this.#deps.onError)
    }
  }

  #find(runId: string): Promise<RunRow | undefined> {
    return this.#deps.database
      .selectFrom('run')
      .leftJoin('mirrored_run as known', 'known.run_id', 'run.id')
      .selectAll('run')
      .where('run.id', '=', runId)
      .where(isUnfinished)
      .executeTakeFirst()
  }

  #unfinished(after: string): Promise<readonly { readonly id: string }[]> {
    return this.#deps.database
      .selectFrom('run')
      .leftJoin('mirrored_run as known', 'known.run_id', 'run.id')
      .select('run.id')
      .where('run.id', '>', after)
      .where(isUnfinished)
      .orderBy('run.id')
      .limit(RUNS_A_TURN)
      .execute()
  }
}
