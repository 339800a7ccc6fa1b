import { RegiaError, type RunId, stepsNeededBy } from '@regia/core'
import type { Connection } from '../database/database.ts'
import { decodeJson, decodeOptionalJson } from '../database/json-text.ts'
import type { ReuseDeps } from './reuse-outputs.ts'
import { type RunRequest, refreshedSteps } from './run-request.ts'
import type { RunWork, StepRow } from './run-work.ts'
import { selectSteps } from './select-steps.ts'
import type { NewRun } from './start-run.ts'
import { hasOutputs, LEFT_OUT, type TakenStep, type TakenSteps, takeStep } from './taken-step.ts'

/**
 * The run that goes on where another one ended: the same version, parameters, data and selection. Whatever finished is taken over, also
 * from steps that are never cached; the rest runs, and what depends on it goes its ordinary way.
 *
 * @throws RegiaError `CONFLICT` while the other run goes on, `INVALID_INPUT` for a step to refresh that there is not.
 */
export async function recoveryOf(
  connection: Connection,
  ended: RunWork,
  refresh: readonly string[],
  deps: ReuseDeps,
): Promise<Pick<NewRun, 'request' | 'taken' | 'recoveredFrom' | 'metrics'>> {
  const { run } = ended
  if (!ended.isOver) {
    throw new RegiaError('CONFLICT', `Run ${run.pipeline} #${run.number} still goes on: it is ${run.status}.`, {
      where: run.id,
      hint: `Wait for its end, or end it: regia runs cancel ${run.id}.`,
    })
  }
  const request = requestOf(ended, refresh)
  return {
    request,
    taken: await finishedSteps(connection, ended, request, deps),
    // The column is filled from the id factory only.
    recoveredFrom: run.id as RunId,
    metrics: decodeJson(run.metrics),
  }
}

function requestOf(
  { version, run, sources, refresh: asked, useCache }: RunWork,
  refresh: readonly string[],
): RunRequest {
  const selection = decodeOptionalJson(run.selection)
  const steps = selectSteps(version, selection)
  return {
    ...steps,
    version,
    params: sources.params,
    refs: sources.refs,
    useCache,
    // What the first run was to do afresh and did not finish is still to be done afresh.
    refresh: new Set([...asked, ...refreshedSteps(version, refresh, steps.selected)]),
    onFailure: run.on_failure,
    options: {
      ...(selection && { selection }),
      ...(run.channel !== null && { channel: run.channel }),
      refresh: [...refresh],
    },
  }
}

async function finishedSteps(
  connection: Connection,
  ended: RunWork,
  { version, selected, options }: RunRequest,
  deps: ReuseDeps,
): Promise<TakenSteps> {
  const again = new Set(refreshedSteps(version, options.refresh, selected))
  const reason = `Taken over from ${ended.run.pipeline} #${ended.run.number}, which this run recovers.`
  const taken = new Map<string, TakenStep>()
  for (const step of version.ordered) {
    const row = ended.row(step.id)
    if (!selected.has(step.id)) {
      taken.set(step.id, row.status === 'skipped' ? LEFT_OUT : await takeStep(connection, row, reason))
    } else if (again.has(step.id) || stepsNeededBy(step).some((id) => again.has(id))) again.add(step.id)
    else if (await isFinished(row, deps)) taken.set(step.id, await takeStep(connection, row, reason))
    else if (row.status !== 'skipped') again.add(step.id)
  }
  return taken
}

const isFinished = async (row: StepRow, { hasBlob }: ReuseDeps): Promise<boolean> =>
  (row.status === 'succeeded' || row.status === 'cached') && (await hasOutputs(row, hasBlob))
