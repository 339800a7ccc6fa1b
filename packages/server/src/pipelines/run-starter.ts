import type { IdFactory, PlanStep, RunId, RunOptions, RunSummary, Trigger } from '@regia/core'
import type { EventBus } from '../events/bus.ts'
import type { Orchestrator } from './orchestrator.ts'
import { planRun } from './plan-run.ts'
import { recoveryOf } from './recover-run.ts'
import { type ReuseDeps, reuseOutputs } from './reuse-outputs.ts'
import { type RequestDeps, type RequestOptions, resolveRequest } from './run-request.ts'
import { summaryOf } from './run-views.ts'
import { findRunRow, getRunRow } from './run-work.ts'
import { type NewRun, newRunWork } from './start-run.ts'

export type RunStarterDeps = RequestDeps &
  ReuseDeps & {
    readonly orchestrator: Orchestrator
    readonly events: EventBus
    readonly newId: IdFactory
  }

export type StartRun = RunOptions & {
  /** What starts it may name it beforehand: the same id again starts nothing, and answers with the run that has it. */
  readonly id?: RunId | undefined
  readonly pipeline: string
  readonly trigger: Trigger
}

/** Begins runs: new ones, and those that go on where another one ended. */
export class RunStarter {
  readonly #deps: RunStarterDeps

  constructor(deps: RunStarterDeps) {
    this.#deps = deps
  }

  /** What each step would do if a run began now. @throws RegiaError as {@link start}. */
  async plan(pipeline: string, options: RequestOptions): Promise<readonly PlanStep[]> {
    const { database, orchestrator } = this.#deps
    const request = await resolveRequest(this.#deps, pipeline, options)
    return planRun(database, request, orchestrator.now().ms, this.#deps)
  }

  /**
   * Starts a run. What the cache has is taken before this answers; the rest waits for workers.
   *
   * @throws RegiaError `NOT_FOUND` for a version, channel, dataset or model that is not there, `INVALID_INPUT` for parameters and step names
   * that do not fit, `STEP_INPUT_MISSING` where a selected step needs what nobody has made.
   */
  async start(input: StartRun): Promise<RunSummary> {
    const { database, newId, orchestrator } = this.#deps
    const { id = newId('run'), pipeline, trigger, ...options } = input
    const known = await findRunRow(database, id)
    if (known) return summaryOf(known)
    const request = await resolveRequest(this.#deps, pipeline, options)
    const taken = await reuseOutputs(database, request, orchestrator.now().ms, this.#deps)
    return this.#begin({ id, request, trigger, taken })
  }

  /** Starts a run that takes over every step of another one that finished. @throws RegiaError `NOT_FOUND`, `CONFLICT` while that one goes on. */
  async recover(runId: string, refresh: readonly string[], trigger: Trigger): Promise<RunSummary> {
    const { database, newId, orchestrator } = this.#deps
    const ended = await orchestrator.load(database, runId)
    const recovery = await recoveryOf(database, ended, refresh, this.#deps)
    return this.#begin({ id: newId('run'), trigger, ...recovery })
  }

  async #begin(run: NewRun): Promise<RunSummary> {
    const { database, events, newId, orchestrator } = this.#deps
    await orchestrator.change(async (connection, now) => {
      if (await findRunRow(connection, run.id)) return { changed: [], reply: undefined }
      return { changed: [await newRunWork(connection, run, newId, now)], reply: undefined }
    })
    events.publish('pipeline', run.request.version.pipeline)
    return summaryOf(await getRunRow(database, run.id))
  }
}
