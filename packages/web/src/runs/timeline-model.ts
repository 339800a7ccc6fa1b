import type { Attempt, Run, StepRun } from '@regia/core'

/** What a step is doing: its inputs are not there yet, no worker has it, its process is made ready, its code runs, a person is asked. */
export type Tone = 'blocked' | 'queued' | 'starting' | 'running' | 'paused'
export type Span = {
  readonly tone: Tone
  /** Milliseconds since 1970. */
  readonly from: number
  readonly until: number
  /** 0 where it belongs to none. */
  readonly attempt: number
  readonly status: string
  readonly label: string
}
export type Lane = {
  readonly step: string
  readonly stepRun: StepRun
  readonly spans: readonly Span[]
  /** How long its attempts ran, of the clock; `undefined` where nothing ran. */
  readonly ranMs: number | undefined
}
export type Timeline = { readonly start: number; readonly end: number; readonly lanes: readonly Lane[] }

const ms = (iso: string | undefined) => (iso === undefined ? undefined : Date.parse(iso))

/**
 * A run as lanes over time, in the order in which the steps began.
 *
 * @param now - Milliseconds since 1970: where what goes on ends for now.
 */
export function layOutRun(run: Pick<Run, 'createdAt' | 'finishedAt' | 'steps'>, now: number): Timeline {
  const start = Date.parse(run.createdAt)
  const end = Math.max(start + 1, ms(run.finishedAt) ?? now)
  const lanes = run.steps.map((stepRun) => laneOf(stepRun, start, end))
  const began = (lane: Lane) => lane.spans.find((span) => span.tone !== 'blocked')?.from ?? end
  return { start, end, lanes: lanes.toSorted((a, b) => began(a) - began(b)) }
}

function laneOf(stepRun: StepRun, start: number, end: number): Lane {
  const spans = stepRun.approval ? approvalSpans(stepRun, start, end) : workSpans(stepRun, start, end)
  const startedAt = ms(stepRun.startedAt)
  const ranMs = startedAt === undefined ? undefined : Math.max(0, (ms(stepRun.finishedAt) ?? end) - startedAt)
  return { step: stepRun.step, stepRun, spans: spans.filter((span) => span.until > span.from), ranMs }
}

function approvalSpans(stepRun: StepRun, start: number, end: number): Span[] {
  const asked = ms(stepRun.startedAt) ?? ms(stepRun.attempts[0]?.queuedAt)
  if (asked === undefined) return []
  const until = ms(stepRun.approval?.decidedAt) ?? ms(stepRun.finishedAt) ?? end
  const status = stepRun.status
  return [
    { tone: 'blocked', from: start, until: asked, attempt: 0, status, label: 'waited for its inputs' },
    { tone: 'paused', from: asked, until, attempt: 0, status, label: 'waited for a person' },
  ]
}

function workSpans(stepRun: StepRun, start: number, end: number): Span[] {
  const spans: Span[] = []
  let free = start
  for (const attempt of stepRun.attempts) {
    const queued = Date.parse(attempt.queuedAt)
    const word = attempt.number === 1 ? 'waited for its inputs' : 'waited before it tried again'
    spans.push({ tone: 'blocked', from: free, until: queued, attempt: 0, status: attempt.status, label: word })
    spans.push(...attemptSpans(attempt, queued, end))
    free = ms(attempt.finishedAt) ?? end
  }
  // The elements of a mapped step have attempts of their own; of the step itself only its beginning and end are known.
  const startedAt = ms(stepRun.startedAt)
  if (spans.length === 0 && startedAt !== undefined && stepRun.status !== 'cached') {
    const { status } = stepRun
    const until = ms(stepRun.finishedAt) ?? end
    spans.push({ tone: 'blocked', from: start, until: startedAt, attempt: 0, status, label: 'waited for its inputs' })
    spans.push({ tone: 'running', from: startedAt, until, attempt: 0, status, label: `all its elements: ${status}` })
  }
  return spans
}

/** Waiting for a place, starting, running. Where it is not known when a worker took it, the start counts as waiting. */
function attemptSpans(attempt: Attempt, queued: number, end: number): Span[] {
  const finished = ms(attempt.finishedAt) ?? end
  const started = ms(attempt.startedAt)
  const leased = ms(attempt.leasedAt) ?? started ?? finished
  const name = `attempt ${attempt.number}`
  const span = (tone: Tone, from: number, until: number, label: string): Span => ({
    tone,
    from,
    until,
    attempt: attempt.number,
    status: attempt.status,
    label: `${name} ${label}`,
  })
  return [
    span('queued', queued, leased, 'waited for a place'),
    span('starting', leased, started ?? finished, 'was made ready'),
    ...(started === undefined ? [] : [span('running', started, finished, attempt.status)]),
  ]
}
