import { RegiaError } from '@regia/core'
import type { Database } from '../database/database.ts'
import { type Answer, assertMayDecide, takeAnswer } from './ask-person.ts'
import type { Orchestrator } from './orchestrator.ts'
import type { RunWork } from './run-work.ts'

/** The questions that approve steps ask, and their answers. */
export class Approvals {
  readonly #database: Database
  readonly #orchestrator: Orchestrator

  constructor(database: Database, orchestrator: Orchestrator) {
    this.#database = database
    this.#orchestrator = orchestrator
  }

  /** @throws RegiaError `NOT_FOUND` for a run or step that there is not, `CONFLICT` when it was decided, `UNAUTHORIZED` for who may not. */
  async decide(runId: string, stepId: string, answer: Answer): Promise<void> {
    await this.#orchestrator.change(async (connection, now) => {
      const work = await this.#orchestrator.load(connection, runId)
      assertAsks(work, stepId)
      assertMayDecide(work, stepId, answer.by)
      await takeAnswer(connection, work, stepId, answer, now)
      return { changed: [work], reply: undefined }
    })
  }

  /** Nobody answered in time: that is a no. */
  async expire(): Promise<void> {
    const overdue = await this.#findOverdue(this.#orchestrator.now().ms)
    for (const { run_id, step } of overdue) {
      await this.#orchestrator.change(async (connection, now) => {
        const work = await this.#orchestrator.load(connection, run_id)
        // Somebody may have answered, or ended the run, since it was looked up.
        if (work.row(step).status !== 'paused') return { changed: [], reply: undefined }
        const answer = { isApproved: false, by: 'timeout', comment: 'Nobody answered in time.' }
        await takeAnswer(connection, work, step, answer, now)
        return { changed: [work], reply: undefined }
      })
    }
  }

  #findOverdue(ms: number) {
    return this.#database
      .selectFrom('step_run')
      .select(['run_id', 'step'])
      .where('decide_by', '<=', ms)
      .where('status', '=', 'paused')
      .execute()
  }
}

function assertAsks({ version, run }: RunWork, stepId: string): void {
  const step = version.stepsById.get(stepId)
  if (step?.kind === 'approve') return
  const asking = version.ordered.filter(({ kind }) => kind === 'approve').map(({ id }) => id)
  const hint = asking.length > 0 ? `Those that ask a person: ${asking.join(', ')}.` : 'None of its steps asks a person.'
  const what = step ? `Step "${stepId}" of ${run.pipeline} #${run.number} asks nobody; it is a ${step.kind} step.` : ''
  throw new RegiaError('NOT_FOUND', what || `Run ${run.pipeline} #${run.number} has no step "${stepId}".`, {
    where: stepId,
    hint,
  })
}
