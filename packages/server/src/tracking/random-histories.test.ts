import { createRng, RegiaError, type Rng } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { openTracking } from '../../test/open-tracking.ts'

/** What the services must know after any history, kept in plain maps. */
type ModelExperiment = { name: string; deletedAt: number | undefined }
type ModelRun = {
  readonly experiment: string
  deletedAt: number | undefined
  readonly params: Map<string, string>
  readonly tags: Map<string, string>
  readonly points: Set<string>
}

type Tracking = Awaited<ReturnType<typeof openTracking>>
type World = { readonly experiments: Map<string, ModelExperiment>; readonly runs: Map<string, ModelRun> }

const KEYS = ['a', 'b', 'c/d']
const pick = <Item>(rng: Rng, items: readonly Item[]): Item => items[rng.integer(items.length)]!
const codeOf = async (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: unknown) => {
      if (error instanceof RegiaError) return error.code
      throw error
    },
  )

/** One call, and what it must come to. */
async function step(rng: Rng, { experiments, runs, clock }: Tracking, world: World): Promise<void> {
  clock.advance(1 + rng.integer(1_000))
  const experimentId = pick(rng, [...world.experiments.keys(), '99'])
  const runId = pick(rng, [...world.runs.keys(), 'nope'])
  const experiment = world.experiments.get(experimentId)
  const run = world.runs.get(runId)
  const isNameTaken = (name: string, except?: string) =>
    [...world.experiments].some(([id, each]) => id !== except && each.name === name && each.deletedAt === undefined)
  switch (rng.integer(9)) {
    case 0: {
      const name = pick(rng, ['x', 'y', 'z'])
      const expected = isNameTaken(name) ? 'ALREADY_EXISTS' : 'done'
      const made = experiments.create({ name })
      expect(await codeOf(made)).toBe(expected)
      if (expected === 'done') world.experiments.set((await made).id, { name, deletedAt: undefined })
      return
    }
    case 1: {
      const isThere = experiment !== undefined && experiment.deletedAt === undefined
      expect(await codeOf(experiments.delete(experimentId))).toBe(isThere ? 'done' : 'NOT_FOUND')
      if (!isThere) return
      experiment.deletedAt = clock.now()
      for (const each of world.runs.values()) {
        if (each.experiment === experimentId) each.deletedAt ??= experiment.deletedAt
      }
      return
    }
    case 2: {
      const at = experiment?.deletedAt
      const expected = at === undefined ? 'NOT_FOUND' : isNameTaken(experiment!.name) ? 'ALREADY_EXISTS' : 'done'
      expect(await codeOf(experiments.restore(experimentId))).toBe(expected)
      if (expected !== 'done') return
      experiment!.deletedAt = undefined
      for (const each of world.runs.values()) {
        if (each.experiment === experimentId && each.deletedAt === at) each.deletedAt = undefined
      }
      return
    }
    case 3: {
      const id = `run-${rng.integer(30)}`
      const known = world.runs.has(id)
      const expected =
        known || experiment?.deletedAt === undefined ? (known || experiment ? 'done' : 'NOT_FOUND') : 'CONFLICT'
      expect(await codeOf(runs.create({ id, experimentId, source: 'track' }))).toBe(expected)
      if (expected !== 'done' || known) return
      const values = { params: new Map(), tags: new Map(), points: new Set<string>() }
      world.runs.set(id, { experiment: experimentId, deletedAt: undefined, ...values })
      return
    }
    case 4: {
      expect(await codeOf(runs.delete(runId))).toBe(run ? 'done' : 'NOT_FOUND')
      if (run) run.deletedAt ??= clock.now()
      return
    }
    case 5: {
      expect(await codeOf(runs.restore(runId))).toBe(run ? 'done' : 'NOT_FOUND')
      if (run) run.deletedAt = undefined
      return
    }
    default: {
      const params = KEYS.filter(() => rng.next() < 0.3).map((key) => ({ key, value: String(rng.integer(2)) }))
      const tags = KEYS.filter(() => rng.next() < 0.5).map((key) => ({ key, value: String(rng.integer(9)) }))
      const metrics = Array.from({ length: rng.integer(4) }, () => ({
        key: pick(rng, KEYS),
        value: rng.integer(2),
        step: rng.integer(3),
        atMs: rng.integer(2),
      }))
      const isChanged = params.some(({ key, value }) => (run?.params.get(key) ?? value) !== value)
      const expected = !run ? 'NOT_FOUND' : run.deletedAt !== undefined || isChanged ? 'CONFLICT' : 'done'
      expect(await codeOf(runs.log(runId, { params, tags, metrics }))).toBe(expected)
      if (expected !== 'done' || !run) return
      for (const { key, value } of params) run.params.set(key, value)
      for (const { key, value } of tags) run.tags.set(key, value)
      for (const { key, step: at, atMs, value } of metrics) run.points.add(`${key} ${at} ${atMs} ${value}`)
    }
  }
}

async function assertSame({ experiments, runs }: Tracking, world: World): Promise<void> {
  for (const [id, { name, deletedAt }] of world.experiments) {
    const lifecycle = deletedAt === undefined ? 'active' : 'deleted'
    expect(await experiments.get(id)).toMatchObject({ name, lifecycle })
  }
  for (const [id, model] of world.runs) {
    const run = await runs.get(id)
    expect(run).toMatchObject({
      experimentId: model.experiment,
      lifecycle: model.deletedAt === undefined ? 'active' : 'deleted',
      params: Object.fromEntries(model.params),
      tags: Object.fromEntries(model.tags),
    })
    // Numbers of one digit: the texts stand in the order of step, time and value.
    const latest = new Map([...model.points].toSorted().map((point) => [point[0] === 'c' ? 'c/d' : point[0], point]))
    expect(run.metrics.map(({ key, step: at, atMs, value }) => `${key} ${at} ${atMs} ${value}`)).toEqual([
      ...latest.values(),
    ])
  }
}

describe('tracking over random histories', () => {
  it.each([1, 2, 3, 4, 5, 6])('knows what happened (history %i)', async (seed) => {
    const tracking = await openTracking()
    const rng = createRng(seed)
    const world: World = { experiments: new Map([['0', { name: 'Default', deletedAt: undefined }]]), runs: new Map() }
    for (let i = 0; i < 300; i++) {
      await step(rng, tracking, world)
      if (i % 50 === 0) await assertSame(tracking, world)
    }
    await assertSame(tracking, world)
    expect(world.runs.size).toBeGreaterThan(5)
  })
})
