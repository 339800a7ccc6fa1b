import { createIdFactory, type LogLine, type Run, type StepRun } from '@regia/core'
import { describe, expect, it } from 'vitest'
import type { Context } from '../context.ts'
import { createOutput } from '../output.ts'
import { createStyle, type Terminal } from '../terminal.ts'
import { followRun, nothingTold } from './follow-run.ts'

const idOf = (name: string) =>
  createIdFactory(
    () => 0,
    () => Buffer.from(name.padEnd(16)),
  )('stepRun')

const time = (second: number) => `2026-01-01T00:00:0${second}.000Z` as const

function ran(name: string, from: number, until?: number): StepRun {
  const status = until === undefined ? 'running' : 'succeeded'
  const times = { startedAt: time(from), ...(until !== undefined && { finishedAt: time(until) }) }
  const attempts = [{ number: 1, status, queuedAt: time(from), ...times }] as const
  return { id: idOf(name), step: name, status, attempts: [...attempts], inputs: {}, outputs: {}, ...times }
}

const wrote = (index: number, step: string, at: number): LogLine =>
  ({ index, step, attempt: 1, stream: 'stdout', text: `line ${index}`, at: time(at) }) as const

/** A run as it looks at each look; the last look stays. */
function server(looks: readonly Pick<Run, 'status' | 'steps'>[], lines: readonly LogLine[]) {
  let look = 0
  const about = { id: 'run_1', pipeline: 'late', pipelineVersion: 1, number: 1, params: {}, stepCount: 2 }
  return {
    runs: {
      get: async () => ({ ...about, ...looks[Math.min(look++, looks.length - 1)]! }) as Run,
      logs: async (_run: string, { after = 0 } = {}) => ({
        lines: lines.filter(({ index }) => index > after),
        next: lines.at(-1)?.index ?? 0,
      }),
    },
  }
}

function recording() {
  const written: string[] = []
  const write = (text: string) => void written.push(text)
  const terminal: Terminal = { write, writeError: write, isInteractive: false, width: 80, style: createStyle(false) }
  const context: Context = {
    output: createOutput(terminal, false),
    terminal,
    environment: {
      home: undefined,
      url: undefined,
      token: undefined,
      name: undefined,
      allowPrivateWebhooks: false,
      variable: () => '',
      user: 'mia',
      tracking: {
        experiment: undefined,
        runId: undefined,
        stepRunId: undefined,
        seed: undefined,
        systemMetrics: undefined,
        reproduction: undefined,
      },
    },
    workingDir: '/',
    signal: new AbortController().signal,
    connect: () => Promise.reject(new Error('nothing to connect to')),
  }
  return {
    context,
    said: () =>
      written
        .join('')
        .trimEnd()
        .split('\n')
        .map((line) => line.trim()),
  }
}

describe('following a run without a terminal', () => {
  it('tells in the order in which it happened, however late it looks', async () => {
    const { context, said } = recording()
    const steps = [ran('train', 3, 5), ran('load', 1, 3)]
    const lines = [wrote(1, 'load', 2), wrote(2, 'train', 4)]
    await followRun(server([{ status: 'succeeded', steps }], lines), 'run_1', context)
    expect(said()).toEqual([
      '○ running  load',
      'load | line 1',
      '● succeeded  load  2.0 s',
      '○ running  train',
      'train | line 2',
      '● succeeded  train  2.0 s',
    ])
  })

  it('repeats nothing when it is followed again, as after Ctrl-C', async () => {
    const { context, said } = recording()
    const told = nothingTold()
    const looks = [
      { status: 'running', steps: [ran('load', 1)] },
      { status: 'cancelled', steps: [ran('load', 1, 3)] },
    ] as const
    const regia = server(
      looks.map((look) => ({ ...look, steps: [...look.steps] })),
      [wrote(1, 'load', 2)],
    )
    await followRun(regia, 'run_1', context, { told, signal: AbortSignal.abort() })
    await followRun(regia, 'run_1', context, { told })
    expect(said()).toEqual(['○ running  load', 'load | line 1', '● succeeded  load  2.0 s'])
  })
})
