import { setTimeout as wait } from 'node:timers/promises'
import type { LogLine, Run, StepRun } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Context } from '../context.ts'
import { describeChanges } from './changes.ts'
import { formatDuration, spanMs } from './format.ts'
import { type LineReader, readLines } from './read-lines.ts'
import { type Happening, happeningsOf } from './run-happenings.ts'
import { statusMark } from './status-mark.ts'

/** A run that is over at once is seen at once; one that takes longer is looked at less often. */
const SHORTEST_POLL_MS = 30
const USUAL_POLL_MS = 200
const LONGEST_POLL_MS = 2_000
const POLL_GROWTH = 1.3
/** A large run takes longer to read; so much of the time at most is spent on reading it. */
const POLL_SHARE = 10
const FINISHED = new Set<Run['status']>(['succeeded', 'failed', 'cancelled'])

export const isOver = ({ status }: Pick<Run, 'status'>): boolean => FINISHED.has(status)

/** What was said of a run. Whoever follows it a second time, such as while it is cancelled, goes on from there. */
export type Told = { readonly said: Set<string>; after: number }

export const nothingTold = (): Told => ({ said: new Set(), after: 0 })

export type FollowOptions = {
  /** Ends the following; the run itself goes on. That of the command where absent. */
  readonly signal?: AbortSignal
  /** Says of each step that ran why it was not taken from the cache. */
  readonly showsReasons?: boolean
  readonly told?: Told
}

type RunReader = { readonly runs: Pick<RegiaClient['runs'], 'get'> & LineReader['runs'] }

/**
 * Prints a line for each step that settles, until the run has finished. On a terminal a bar moves below; elsewhere steps that begin and what
 * they write are lines too, as programs that keep logs expect. Nothing when the signal aborts first.
 */
export async function followRun(
  client: RunReader,
  runId: string,
  context: Context,
  { signal = context.signal, showsReasons = false, told = nothingTold() }: FollowOptions = {},
): Promise<Run | undefined> {
  const narrator = narrate(client, runId, context, showsReasons, told)
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

function narrate(client: LineReader, runId: string, context: Context, showsReasons: boolean, told: Told): Narrator {
  const { output, terminal } = context
  const progress = output.progress('run')
  const isPlain = !terminal.isInteractive && !output.isJson
  const sayOnce = (key: string, text: () => string) => {
    if (told.said.has(key)) return
    told.said.add(key)
    progress.clear()
    output.line(text())
  }
  const say = (happening: Happening) => {
    if (happening.begins === undefined) sayOnce(happening.key, () => stepLine(happening.step, context, showsReasons))
    else if (isPlain) sayOnce(happening.key, () => beginLine(happening, context))
  }
  return {
    pause: progress.clear,
    tell: async (run) => {
      const happenings = happeningsOf(run)
      if (isPlain) told.after = await tellLines(client, runId, told.after, happenings, say, context)
      for (const happening of happenings) say(happening)
      for (const step of run.steps) {
        if (step.status === 'paused' && step.approval) {
          const { question } = step.approval
          sayOnce(`${step.id} asks`, () => questionText(run, step.step, question, context))
        }
      }
      if (isOver(run)) progress.clear()
      else showProgress(run, context, progress.update)
    },
  }
}

/** Lines stand between the happenings before and after which they were written. Takes from `happenings` what it said. */
function tellLines(
  client: LineReader,
  runId: string,
  after: number,
  happenings: Happening[],
  say: (happening: Happening) => void,
  context: Context,
): Promise<number> {
  return readLines(client, runId, { after }, (lines) => {
    for (const line of lines) {
      while (happenings[0] && happenings[0].at <= line.at) say(happenings.shift()!)
      writeLine(line, context)
    }
  })
}

function beginLine({ step, begins = 1 }: Happening, { output }: Context): string {
  const again = begins > 1 ? `  attempt ${begins}` : ''
  return `  ${statusMark('running', output.style)}  ${step.step}${again}`
}

/** A step's own lines keep to the stream that it wrote them to. */
function writeLine({ step, stream, text }: LogLine, { terminal }: Context): void {
  const line = `  ${terminal.style.dim(`${step} |`)} ${text}\n`
  if (stream === 'stderr') terminal.writeError(line)
  else terminal.write(line)
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
