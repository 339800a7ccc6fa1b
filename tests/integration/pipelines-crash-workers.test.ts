import type { PipelineGraph, Run } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { type CrashLab, openCrashLab } from './crash-lab.ts'
import type { Experiment } from './matrix-lab.ts'

const atMostOnce = (graph: PipelineGraph): PipelineGraph => ({
  ...graph,
  steps: graph.steps.map((step) => ({ ...step, atMostOnce: step.id === 'b' })),
})
const quickly = (graph: PipelineGraph): PipelineGraph => ({
  ...graph,
  steps: graph.steps.map((step) => ({ ...step, backoff: { firstMs: 10, factor: 1, maximumMs: 10 } })),
})

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5))
}
const noted = ({ notes }: Experiment, what: 'begin' | 'end') =>
  until(() => notes().some((note) => note.name === 'b' && note.what === what))
const stepOf = (run: Run, id: string) => run.steps.find(({ step }) => step === id)!

type Scene = { readonly lab: CrashLab; readonly experiment: Experiment; readonly id: string }

/** Where in the life of step `b` its worker is killed. */
const PHASES: readonly {
  readonly name: string
  readonly behaviour: Parameters<Experiment['behave']>[0]
  readonly kill: (scene: Scene, worker: { kill: () => Promise<void> }) => Promise<void>
  /** How often the code of `b` has begun when the worker is gone: a process that outlives its worker ends within about a second. */
  readonly begins: readonly number[]
}[] = [
  {
    name: 'before its code begins',
    behaviour: {},
    kill: async ({ lab, id }, worker) => {
      await until(async () => stepOf(await lab.client.runs.get(id), 'b').status === 'running')
      await worker.kill()
    },
    begins: [0, 1],
  },
  {
    name: 'while its code runs',
    behaviour: { b: { do: 'hang' } },
    kill: async ({ experiment }, worker) => {
      await noted(experiment, 'begin')
      await worker.kill()
    },
    begins: [1],
  },
  {
    name: 'after its outputs are written and before they are reported',
    behaviour: { b: { ms: 300 } },
    kill: async ({ lab, experiment }, worker) => {
      await noted(experiment, 'begin')
      await lab.server.kill()
      await noted(experiment, 'end')
      // Time to write the outputs; nobody is there to hear of them.
      await new Promise((resolve) => setTimeout(resolve, 300))
      await worker.kill()
      await lab.startServer()
    },
    begins: [1],
  },
]

describe.each(PHASES)('a worker that is killed while it has a step, $name', ({ behaviour, kill, begins }) => {
  async function killed(change: (graph: PipelineGraph) => PipelineGraph): Promise<Scene> {
    const lab = await openCrashLab()
    const experiment = await lab.experiment('linear', change)
    experiment.behave(behaviour)
    const { id } = await lab.client.pipelines.run('linear', { params: experiment.params })
    const scene = { lab, experiment, id }
    await kill(scene, lab.startWorker('first'))
    expect(begins).toContain(experiment.begins().b ?? 0)
    expect(experiment.begins()).toMatchObject({ a: 1 })
    experiment.behave({})
    lab.startWorker('second')
    return scene
  }

  it('loses no finished step, and another worker does it again', async () => {
    const { experiment, id } = await killed(quickly)
    const run = await experiment.finished(id)
    expect(run.status).toBe('succeeded')
    expect(stepOf(run, 'a').attempts).toHaveLength(1)
    expect(stepOf(run, 'b').attempts).toMatchObject([
      { status: 'lost', worker: 'first', cause: 'infrastructure', error: { code: 'LEASE_LOST' } },
      { status: 'succeeded', worker: 'second' },
    ])
    expect(experiment.begins()).toMatchObject({ a: 1, c: 1 })
    expect(run.steps.map(({ outputs }) => outputs.n?.value)).toEqual([1, 2, 3])
  })

  it('is not followed by another attempt of what runs at most once, until a person recovers the run', async () => {
    const { lab, experiment, id } = await killed((graph) => quickly(atMostOnce(graph)))
    const run = await experiment.finished(id)
    expect(run).toMatchObject({ status: 'failed', error: { code: 'LEASE_LOST', data: { step: 'b', attempt: 1 } } })
    expect(run.error?.hint).toContain(`regia recover ${id}`)
    expect(stepOf(run, 'b').attempts).toMatchObject([{ status: 'lost', worker: 'first' }])
    expect(begins).toContain(experiment.begins().b ?? 0)
    const before = experiment.begins().b ?? 0
    const recovered = await experiment.finished((await lab.client.runs.recover(id)).id)
    expect(recovered.status).toBe('succeeded')
    expect(experiment.begins()).toEqual({ a: 1, b: before + 1, c: 1 })
  })
})

describe('a worker that is stopped on purpose', () => {
  it('hands its step back at once, and that uses up no retries', async () => {
    const lab = await openCrashLab()
    const none = (graph: PipelineGraph) => ({
      ...graph,
      steps: graph.steps.map((step) => ({ ...step, infrastructureRetries: 0 })),
    })
    const experiment = await lab.experiment('single', none)
    experiment.behave({ a: { do: 'hang' } })
    const { id } = await lab.client.pipelines.run('single', { params: experiment.params })
    const first = lab.startWorker('first')
    await until(() => experiment.notes().length > 0)
    first.stop()
    await until(async () => (await lab.client.runs.get(id)).steps[0]!.attempts.length === 2)
    experiment.behave({})
    lab.startWorker('second')
    const run = await experiment.finished(id)
    expect(run.status).toBe('succeeded')
    expect(run.steps[0]!.attempts.map(({ status }) => status)).toEqual(['cancelled', 'succeeded'])
  })
})
