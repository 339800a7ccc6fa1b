import { setTimeout as wait } from 'node:timers/promises'
import type { Run, StepRun } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Context } from '../context.ts'
import { formatDuration, spanMs } from './format.ts'
import { statusMark } from './status-mark.ts'

const POLL_MS = 150
const FINISHED = new Set<Run['status']>(['succeeded', 'failed', 'cancelled'])
const SETTLED = new Set<StepRun['status']>(['succeeded', 'cached', 'skipped', 'failed', 'cancelled'])

/** Prints a line for each step that settles and a bar for the whole, until the run has finished. Nothing when the signal aborts first. */
export async function followRun(client: RegiaClient, runId: string, context: Context): Promise<Run | undefined> {
  const said = new Set<string>()
  const progress = context.output.progress('run')
  for (;;) {
    const run = await client.runs.get(runId)
    for (const step of run.steps.filter((each) => SETTLED.has(each.status) && !said.has(each.id))) {
      said.add(step.id)
      progress.clear()
      context.output.line(stepLine(step, context))
    }
    if (FINISHED.has(run.status)) {
      progress.clear()
      return run
    }
    showProgress(run, context, progress.update)
    try {
      await wait(POLL_MS, undefined, { signal: context.signal })
    } catch {
      progress.clear()
      return undefined
    }
  }
}

function stepLine(step: StepRun, { output }: Context): string {
  const took =
    step.status === 'cached' || step.status === 'skipped' ? '' : formatDuration(spanMs(step.startedAt, step.finishedAt))
  const why =
    step.error?.message ?? (step.status === 'cached' || step.status === 'skipped' ? (step.cache?.reason ?? '') : '')
  return `  ${statusMark(step.status, output.style)}  ${step.step}  ${output.style.dim([took, why].filter(Boolean).join('  '))}`.trimEnd()
}

/** Only where a bar moves; plain output has the lines of the steps. */
function showProgress(run: Run, { terminal }: Context, update: (fraction: number, text: string) => void): void {
  if (!terminal.isInteractive || run.stepCount === 0) return
  const running = run.steps.filter((step) => step.status === 'running')
  const underWay = running.reduce((sum, step) => sum + (step.progress ?? 0), 0)
  const texts = running.map((step) => [step.step, step.progressMessage].filter(Boolean).join(': '))
  update((run.finishedStepCount + underWay) / run.stepCount, texts.join(' · '))
}
