import { setTimeout as wait } from 'node:timers/promises'
import type { LogLine, Run, StepRun } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Context } from '../context.ts'
import { describeChanges } from './changes.ts'
import { formatDuration, spanMs } from './format.ts'
import { readLines } from './read-lines.ts'
import { statusMark } from './status-mark.ts'

/** A run that is over at once is seen at once; one that takes longer is looked at less often. */
const SHORTEST_POLL_MS = 30
const USUAL_POLL_MS = 200
const LONGEST_POLL_MS = 2_000
const POLL_GROWTH = 1.3
/** A large run takes longer to read; so much of the time at most is spent on reading it. */
const POLL_SHARE = 10
const FINISHED = new Set<Run['status']>(['succeeded', 'failed', 'cancelled'])
const SETTLED = new Set<StepRun['status']>(['succeeded', 'cached', 'skipped', 'failed', 'cancelled'])

export const isOver = ({ status }: Pick<Run, 'status'>): boolean => FINISHED.has(status)

export type FollowOptions = {
  /** Ends the following; the run itself goes on. That of the command where absent. */
  readonly signal?: AbortSignal
  /** Says of each step that ran why it was not taken from the cache. */
  readonly showsReasons?: boolean
}

/**
 * Prints a line for each step that settles, until the run has finished. On a terminal a bar moves below; elsewhere steps that begin and what
 * they write are lines too, as programs that keep logs expect. Nothing when the signal aborts first.
 */
export async function followRun(
  client: RegiaClient,
  runId: string,
  context: Context,
  { signal = context.signal, showsReasons = false }: FollowOptions = {},
): Promise<Run | undefined> {
  const narrator = narrate(client, runId, context, showsReasons)
  for (let restMs = SHORTEST_POLL_MS; ; restMs = Math.min(USUAL_POLL_MS, restMs * POLL_GROWTH)) {
    const askedAt = performance.now()
    const run = await client.runs.get(runId)
    await narrator.tell(run)
    if (isOver(run)) return run
    const tookMs = performance.now() - askedAt
    const pauseMs = Math.min(LONGEST_POLL_MS, Math.max(restMs, tookMs * POLL_SHARE))
    try {
      await wait(pauseMs, undefined, { signal })
    } catch {
      narrator.pause()
      return undefined
    }
  }
}

type Narrator = { readonly tell: (run: Run) => Promise<void>; readonly pause: () => void }

function narrate(client: RegiaClient, runId: string, context: Context, showsReasons: boolean): Narrator {
  const { output, terminal } = context
  const said = new Set<string>()
  const progress = output.progress('run')
  const isPlain = !terminal.isInteractive && !output.isJson
  let after = 0
  const sayOnce = (key: string, text: string) => {
    if (said.has(key)) return
    said.add(key)
    progress.clear()
    output.line(text)
  }
  return {
    pause: progress.clear,
    tell: async (run) => {
      if (isPlain) for (const step of run.steps) if (step.startedAt) sayBegin(step, context, sayOnce)
      if (isPlain) after = await readLines(client, runId, { after }, (lines) => writeLines(lines, context))
      for (const step of run.steps) {
        if (SETTLED.has(step.status)) sayOnce(step.id, stepLine(step, context, showsReasons))
        if (step.status === 'paused' && step.approval)
          sayOnce(`${step.id} asks`, questionText(run, step.step, step.approval.question, context))
      }
      if (isOver(run)) progress.clear()
      else showProgress(run, context, progress.update)
    },
  }
}

function sayBegin(step: StepRun, { output }: Context, say: (key: string, text: string) => void): void {
  if (step.status === 'cached' || step.status === 'skipped') return
  for (const { number, startedAt } of step.attempts) {
    const again = number > 1 ? `  attempt ${number}` : ''
    if (startedAt) say(`${step.id} ${number}`, `  ${statusMark('running', output.style)}  ${step.step}${again}`)
  }
}

/** A step's own lines keep to the stream that it wrote them to. */
function writeLines(lines: readonly LogLine[], { terminal }: Context): void {
  for (const { step, stream, text } of lines) {
    const line = `  ${terminal.style.dim(`${step} |`)} ${text}\n`
    if (stream === 'stderr') terminal.writeError(line)
    else terminal.write(line)
  }
}

function questionText(run: Run, step: string, question: string, { output: { style } }: Context): string {
  return [
    `  ${style.yellow('▲ waits for a person')}  ${step}  ${question}`,
    `    ${style.dim(`regia approve ${run.id} ${step}    regia approve ${run.id} ${step} --reject`)}`,
  ].join('\n')
}

function stepLine(step: StepRun, { output }: Context, showsReasons: boolean): string {
  const isTaken = step.status === 'cached' || step.status === 'skipped'
  const took = isTaken ? '' : formatDuration(spanMs(step.startedAt, step.finishedAt))
  const reason = isTaken || showsReasons ? reasonOf(step, showsReasons) : ''
  const why = step.error?.message ?? reason
  return `  ${statusMark(step.status, output.style)}  ${step.step}  ${output.style.dim([took, why].filter(Boolean).join('  '))}`.trimEnd()
}

const reasonOf = ({ cache, status }: StepRun, isDetailed: boolean): string =>
  [cache?.reason ?? '', isDetailed && status !== 'cached' ? describeChanges(cache?.changed ?? []) : '']
    .filter(Boolean)
    .join(' ')

/** Only where a bar moves; plain output has the lines of the steps. */
function showProgress(run: Run, { terminal }: Context, update: (fraction: number, text: string) => void): void {
  if (!terminal.isInteractive || run.stepCount === 0) return
  const running = run.steps.filter((step) => step.status === 'running')
  const underWay = running.reduce((sum, step) => sum + (step.progress ?? 0), 0)
  const texts = running.map((step) => [step.step, step.progressMessage].filter(Boolean).join(': '))
  update((run.finishedStepCount + underWay) / run.stepCount, texts.join(' · '))
}
