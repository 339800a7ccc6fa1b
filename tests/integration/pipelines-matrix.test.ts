import type { PipelineGraph, Run } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Experiment, type Lab, type Note, openLab } from './matrix-lab.ts'

/** A shape by what a failure of one of its steps means. Of a mapped step the elements are named `m-1`, `m-2`, `m-3`. */
type Shape = {
  readonly name: string
  /** The step that everything else comes after. */
  readonly first: string
  /** The step that misbehaves, and the name under which its code does. */
  readonly culprit: string
  readonly told: string
  /** Steps before it, those that depend on it, those beside it in the order in which they follow one another. */
  readonly before: readonly string[]
  readonly after: readonly string[]
  readonly beside: readonly string[]
  readonly skipped: readonly string[]
  /** How often code begins in one whole run, by name. */
  readonly begins: Readonly<Record<string, number>>
}

const once = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [name, 1]))
const shape = (name: string, of: Partial<Shape> & Pick<Shape, 'begins'>): Shape => ({
  name,
  first: 'a',
  culprit: 'b',
  told: 'b',
  before: ['a'],
  after: [],
  beside: [],
  skipped: [],
  ...of,
})

const SHAPES: readonly Shape[] = [
  shape('single', { culprit: 'a', told: 'a', before: [], begins: once('a') }),
  shape('linear', { after: ['c'], begins: once('a', 'b', 'c') }),
  shape('branch', { beside: ['c', 'e'], begins: once('a', 'b', 'c', 'e') }),
  shape('diamond', { beside: ['c'], after: ['d'], begins: once('a', 'b', 'c', 'd') }),
  shape('map', { culprit: 'm', told: 'm-2', after: ['e'], begins: once('a', 'm-1', 'm-2', 'm-3', 'e') }),
  shape('nested', {
    first: 'prepare.a',
    culprit: 'prepare.b',
    before: ['prepare.a'],
    after: ['c'],
    begins: once('a', 'b', 'c'),
  }),
  shape('conditional', { after: ['d'], skipped: ['c'], begins: once('a', 'b', 'd') }),
]

const statuses = (run: Run) => Object.fromEntries(run.steps.map((each) => [each.step, each.status]))
const all = (steps: readonly string[], status: string) => Object.fromEntries(steps.map((id) => [id, status]))
const done = (of: Shape) => [...of.before, of.culprit, ...of.after, ...of.beside]

/** Changes the step that misbehaves. */
const culpritWith =
  (of: Shape, options: Partial<PipelineGraph['steps'][number]>) =>
  (graph: PipelineGraph): PipelineGraph => ({
    ...graph,
    steps: graph.steps.map((step) => (step.id === of.culprit ? { ...step, ...options } : step)),
  })

const QUICKLY = { firstMs: 10, factor: 1, maximumMs: 10 }

describe.each(SHAPES)('a $name graph', (of) => {
  let lab: Lab
  beforeAll(async () => {
    lab = await openLab()
  })
  afterAll(() => lab?.close())

  async function run(
    { client, params, finished }: Experiment,
    options: { useCache?: boolean; refresh?: string[] } = {},
  ) {
    return finished((await client.pipelines.run(of.name, { params, ...options })).id)
  }

  it('succeeds, its steps in child processes, those at work together in different ones', async () => {
    const experiment = await lab.experiment(of.name)
    // The two wait for each other to begin.
    const [one, other] = of.name === 'map' ? ['m-1', 'm-2'] : [of.told, of.beside[0]]
    if (other !== undefined) experiment.behave({ [one]: { after: other, ms: 40 }, [other]: { after: one, ms: 40 } })
    const ended = await run(experiment)
    expect(ended.status).toBe('succeeded')
    expect(statuses(ended)).toEqual({ ...all(done(of), 'succeeded'), ...all(of.skipped, 'skipped') })
    expect(experiment.begins()).toEqual(of.begins)
    const notes = experiment.notes()
    expect(notes.map(({ pid }) => pid)).not.toContain(process.pid)
    expect(overlapping(notes).filter(([one, other]) => one === other)).toEqual([])
    if (other !== undefined) expect(overlapping(notes)).not.toEqual([])
  })

  it('takes everything from the cache when nothing changed', async () => {
    const experiment = await lab.experiment(of.name)
    await run(experiment)
    const again = await run(experiment)
    expect(statuses(again)).toEqual({ ...all(done(of), 'cached'), ...all(of.skipped, 'skipped') })
    expect(experiment.begins()).toEqual(of.begins)
    const { steps } = await lab.client.pipelines.plan(of.name, { params: experiment.params })
    expect(Object.fromEntries(steps.map(({ step, action }) => [step, action]))).toEqual({
      ...all(done(of), 'cached'),
      ...all(of.skipped, 'skipped'),
    })
  })

  it('does everything again without the cache', async () => {
    const experiment = await lab.experiment(of.name)
    await run(experiment)
    await run(experiment, { useCache: false })
    expect(experiment.begins()).toEqual(Object.fromEntries(Object.keys(of.begins).map((name) => [name, 2])))
  })

  it('is cut off early after a step that is done afresh and makes the same', async () => {
    const experiment = await lab.experiment(of.name)
    await run(experiment)
    const again = await run(experiment, { refresh: [of.first] })
    expect(again.steps.find(({ step }) => step === of.first)?.status).toBe('succeeded')
    expect(experiment.begins()).toEqual({ ...of.begins, a: 2 })
  })

  it('goes on after a step that is done afresh and makes something else', async () => {
    const experiment = await lab.experiment(of.name)
    await run(experiment)
    experiment.behave({ a: { value: 7 } })
    const again = await run(experiment, { refresh: [of.first] })
    expect(statuses(again)).toEqual({ ...all(done(of), 'succeeded'), ...all(of.skipped, 'skipped') })
    expect(experiment.begins()).toEqual(Object.fromEntries(Object.keys(of.begins).map((name) => [name, 2])))
  })

  it('finishes what does not depend on a failure (continue)', async () => {
    const experiment = await lab.experiment(of.name, (graph) => ({ ...graph, onFailure: 'continue' }))
    experiment.behave({ [of.told]: { do: 'fail' } })
    const ended = await run(experiment)
    expect(ended).toMatchObject({ status: 'failed', error: { code: 'USER_CODE_FAILED', data: { step: of.culprit } } })
    expect(statuses(ended)).toEqual({
      ...all([...of.before, ...of.beside], 'succeeded'),
      [of.culprit]: 'failed',
      ...all(of.after, 'cancelled'),
      ...all(of.skipped, 'skipped'),
    })
  })

  it('starts nothing more after a failure (stop)', async () => {
    const experiment = await lab.experiment(of.name, (graph) => ({ ...graph, onFailure: 'stop' }))
    const [beside, ...later] = of.beside
    const after = beside === undefined ? {} : { after: beside }
    experiment.behave({ [of.told]: { do: 'fail', ...after }, ...(beside !== undefined && { [beside]: { ms: 400 } }) })
    const ended = await run(experiment)
    expect(ended.status).toBe('failed')
    expect(statuses(ended)).toEqual({
      ...all(of.before, 'succeeded'),
      ...(beside !== undefined && { [beside]: 'succeeded' }),
      [of.culprit]: 'failed',
      ...all([...of.after, ...later], 'cancelled'),
      ...all(of.skipped, 'skipped'),
    })
    for (const name of later) expect(experiment.begins()[name]).toBeUndefined()
  })

  it('ends what runs after a failure (cancel)', async () => {
    const experiment = await lab.experiment(of.name, (graph) => ({ ...graph, onFailure: 'cancel' }))
    const [beside] = of.beside
    const after = beside === undefined ? {} : { after: beside }
    experiment.behave({
      [of.told]: { do: 'fail', ...after },
      ...(beside !== undefined && { [beside]: { do: 'hang' } }),
    })
    const ended = await run(experiment)
    expect(ended.status).toBe('failed')
    expect(statuses(ended)).toEqual({
      ...all(of.before, 'succeeded'),
      [of.culprit]: 'failed',
      ...all([...of.after, ...of.beside], 'cancelled'),
      ...all(of.skipped, 'skipped'),
    })
    for (const { name, pid } of experiment.notes()) if (name === beside) await gone(pid)
  })

  it('tries a step again that fails', async () => {
    const experiment = await lab.experiment(of.name, culpritWith(of, { retries: 1, backoff: QUICKLY }))
    experiment.behave({ [of.told]: { do: 'fail-once' } })
    const ended = await run(experiment)
    expect(ended.status).toBe('succeeded')
    expect(experiment.begins()).toEqual({ ...of.begins, [of.told]: 2 })
    const attempts = (await experiment.attempts(ended, of.culprit)).filter(({ status }) => status === 'failed')
    expect(attempts).toMatchObject([{ number: 1, cause: 'user', error: { code: 'USER_CODE_FAILED' } }])
  })

  it('ends a step that takes too long', async () => {
    const experiment = await lab.experiment(of.name, culpritWith(of, { timeoutMs: 2_500 }))
    experiment.behave({ [of.told]: { do: 'hang' } })
    const ended = await run(experiment)
    expect(statuses(ended)).toMatchObject({ [of.culprit]: 'failed', ...all(of.after, 'cancelled') })
    const [failed] = (await experiment.attempts(ended, of.culprit)).filter(({ status }) => status === 'failed')
    expect(failed).toMatchObject({ cause: 'user', error: { code: 'STEP_TIMED_OUT' } })
    for (const { name, pid } of experiment.notes()) if (name === of.told) await gone(pid)
  })

  it('ends when it is cancelled, with the processes of its steps', async () => {
    const experiment = await lab.experiment(of.name)
    experiment.behave({ [of.told]: { do: 'hang' } })
    const { id } = await lab.client.pipelines.run(of.name, { params: experiment.params })
    const begun = () => experiment.notes().find(({ name }) => name === of.told)
    await until(() => begun() !== undefined)
    expect(await lab.client.runs.cancel(id)).toMatchObject({ status: 'cancelled' })
    await gone(begun()!.pid)
    const ended = await lab.client.runs.get(id)
    expect(statuses(ended)).toMatchObject({
      ...all(of.before, 'succeeded'),
      [of.culprit]: 'cancelled',
      ...all(of.after, 'cancelled'),
    })
  })

  it('is recovered without repeating what finished', async () => {
    const experiment = await lab.experiment(of.name, uncached)
    experiment.behave({ [of.told]: { do: 'fail' } })
    const failed = await run(experiment)
    expect(failed.status).toBe('failed')
    experiment.behave({})
    const recovered = await experiment.finished((await lab.client.runs.recover(failed.id)).id)
    expect(recovered).toMatchObject({ status: 'succeeded', recoveredFrom: failed.id })
    expect(experiment.begins()).toEqual({ ...of.begins, [of.told]: 2, ...(await repeatedElements(experiment, failed)) })
    expect(statuses(recovered)).toMatchObject({
      ...all([...of.before, ...of.beside], 'cached'),
      ...all([of.culprit, ...of.after], 'succeeded'),
    })
  })

  it('runs a selection, and takes the rest from what was made before', async () => {
    const experiment = await lab.experiment(of.name, uncached)
    await run(experiment)
    const { params } = experiment
    const selection = { only: [of.culprit] }
    const { id } = await lab.client.pipelines.run(of.name, { params, selection })
    const ended = await experiment.finished(id)
    expect(statuses(ended)).toEqual({
      ...all(of.before, 'cached'),
      [of.culprit]: 'succeeded',
      ...all([...of.after, ...of.beside, ...of.skipped], 'skipped'),
    })
    const names = Object.keys(of.begins).filter((name) => name === of.told || name.startsWith('m-'))
    const twice = Object.fromEntries(names.map((name) => [name, 2]))
    expect(experiment.begins()).toEqual({ ...of.begins, ...twice })
  })
})

/** Elements of a map that were under way when another one failed are ended, and so run again. */
async function repeatedElements(
  { client, begins }: Experiment,
  failed: Run,
): Promise<Readonly<Record<string, number>>> {
  const mapped = failed.steps.find(({ map }) => map)
  if (!mapped) return {}
  const { items } = await client.runs.mapItems(failed.id, mapped.step, { status: 'cancelled' })
  const names = items.map(({ label }) => `m-${label}`)
  return Object.fromEntries(names.map((name) => [name, begins()[name] === 2 ? 2 : 1]))
}

const uncached = (graph: PipelineGraph): PipelineGraph => ({
  ...graph,
  steps: graph.steps.map((step) => ({ ...step, cache: false })),
})

/** The processes of every two steps that were at work at the same time. */
function overlapping(notes: readonly Note[]): readonly (readonly [number, number])[] {
  const spans = notes.flatMap((begin) => {
    const end = notes.find(({ name, what }) => name === begin.name && what === 'end')
    return begin.what === 'begin' && end ? [{ pid: begin.pid, from: begin.at, to: end.at }] : []
  })
  return spans.flatMap((one, i) =>
    spans
      .slice(i + 1)
      .filter((other) => one.from < other.to && other.from < one.to)
      .map((other) => [one.pid, other.pid] as const),
  )
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20))
}

const gone = (pid: number): Promise<void> =>
  until(() => {
    try {
      process.kill(pid, 0)
      return false
    } catch {
      return true
    }
  })
