import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRng, type Endpoint, type LoggedPrediction, type Run } from '@regia/core'
import { createClient } from '@regia/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CrashReplay, type LabelledRow } from './crash-replay.ts'
import { succeeded } from './flights-project.ts'
import { logOf, until, windowsOf } from './flights-traffic.ts'
import { regiaJson, regiaUp } from './regia-command.ts'
import { sexesProject } from './sexes-project.ts'
import { sketchedPredictions } from './sketched.ts'

const ROUNDS = 10
const MOST_ROUNDS = 30
const CLIENTS = 4
const SEED = 'kill'
const MONITOR = {
  name: 'sexes',
  endpoint: 'sexes',
  window: '1d',
  drift: { falseAlarmRate: 0.01, minimumEffect: 0.1, minimumRows: 200 },
  performance: { metric: 'auc' as const, minimum: 0.5, labelDelay: '12h', minimumLabels: 200 },
  consecutiveWindows: 3,
  actions: [],
}

describe('a server that is killed in the middle of a replay, again and again', { timeout: 60_000 }, () => {
  let project: Awaited<ReturnType<typeof sexesProject>>
  let replay: CrashReplay
  let chains: Run
  let log: readonly LoggedPrediction[]
  let endpoint: Endpoint
  let rounds = 0
  /** How often each link of the chains had begun when it was first seen as done. */
  const beginsWhenDone = new Map<string, number>()

  beforeAll(async () => {
    project = await sexesProject()
    const place = { cwd: project.dir }
    const server = await regiaUp(place)
    const client = createClient({ url: server.url })
    await client.datasets.ingest('penguins', { path: 'penguins.csv' })
    await regiaJson(place, 'apply')
    await succeeded(client, await client.pipelines.run('sexes'))
    await client.endpoints.apply({ name: 'sexes', description: '', stable: 'sexes@champion' })
    await client.monitors.apply(MONITOR)
    const { id } = await client.pipelines.run('chains', { params: { ledger: join(project.dir, 'ledger.txt') } })

    replay = new CrashReplay(place, server, 'sexes', await penguins(), Date.parse('2001-04-01T00:00:00Z'))
    const end = new AbortController()
    const clients = Array.from({ length: CLIENTS }, (_, i) => replay.run(`client ${i}`, end.signal))
    const rng = createRng(SEED)
    // On a slow machine nothing comes to its end between two kills so close together: the later ones leave more time.
    for (let round = 0; round < ROUNDS || (beginsWhenDone.size === 0 && round < MOST_ROUNDS); round++) {
      await new Promise((resolve) => setTimeout(resolve, rng.integer(1000) * Math.max(1, round - ROUNDS)))
      await replay.killAndRestart()
      rounds++
      noteWhatIsDone(await replay.client.runs.get(id))
    }
    await until(async () => replay.answered.size > 1000)
    end.abort()
    await Promise.all(clients)
    chains = await succeeded(replay.client, { id })
    await replay.client.monitors.evaluate('sexes')
    log = await logOf(replay.client, 'sexes')
    endpoint = await replay.client.endpoints.get('sexes')
  }, 400_000)
  afterAll(async () => {
    await replay?.stop()
    await project?.remove()
  })

  /** Penguins of known sex, with what the model wants to know of them. */
  async function penguins(): Promise<readonly LabelledRow[]> {
    const [header, ...lines] = readFileSync(join(project.dir, 'penguins.csv'), 'utf8').trim().split('\n')
    const names = header!.split(',')
    const cells = lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])))
    const inputs = ['bill_length_mm', 'bill_depth_mm', 'flipper_length_mm', 'body_mass_g']
    return cells
      .filter(({ sex }) => sex === 'male' || sex === 'female')
      .map((penguin) => ({
        row: Object.fromEntries(inputs.map((name) => [name, Number(penguin[name])])),
        label: penguin.sex!,
      }))
  }

  const linesOf = (start: string) => {
    const lines = readFileSync(join(project.dir, 'ledger.txt'), 'utf8').trim().split('\n')
    return lines.filter((line) => line === start).length
  }

  const linkOf = (step: Run['steps'][number]) => String(step.inputs.name!.value)

  function noteWhatIsDone({ steps }: Run): void {
    for (const step of steps) {
      if (step.status !== 'succeeded' || beginsWhenDone.has(linkOf(step))) continue
      beginsWhenDone.set(linkOf(step), linesOf(`begin ${linkOf(step)}`))
    }
  }

  it('has every acknowledged prediction in its log, once', () => {
    const ids = new Set(log.map(({ id }) => id))
    expect(replay.answered.size).toBeGreaterThan(1000)
    expect([...replay.answered.keys()].filter((id) => !ids.has(id))).toEqual([])
    expect(ids.size).toBe(log.length)
  })

  it('has no more than these and what was under way when it died', () => {
    expect(log.length - replay.answered.size).toBeGreaterThanOrEqual(0)
    expect(log.length - replay.answered.size).toBeLessThanOrEqual(replay.unansweredRows)
    expect(replay.unansweredRows).toBeLessThanOrEqual(rounds * CLIENTS * 8)
  })

  it('has every acknowledged label joined, once, with its value', () => {
    const actual = new Map(log.map((prediction) => [prediction.id, prediction.actual]))
    expect(replay.labelled.size).toBe(replay.answered.size)
    for (const id of replay.labelled) expect(actual.get(id)).toBe(replay.answered.get(id))
    const joined = log.filter((prediction) => prediction.actual !== undefined)
    expect(joined.length).toBe(replay.labelled.size)
    expect(endpoint.labelCount).toBe(joined.length)
  })

  it('counts what its log holds, in all and in every window', async () => {
    expect(endpoint.predictionCount).toBe(log.length)
    expect(sketchedPredictions(join(project.dir, '.regia/regia.db'), 'sexes')).toBe(log.length)
    const windows = (await windowsOf(replay.client, 'sexes')).filter(({ performance }) => performance!.isFinal)
    expect(windows.length).toBeGreaterThanOrEqual(2)
    for (const { from, until, predictionCount, performance } of windows) {
      const inside = log.filter(({ at }) => at >= from && at < until)
      expect(predictionCount).toBe(inside.length)
      expect(performance!.labelCount).toBe(inside.filter((prediction) => prediction.actual !== undefined).length)
    }
  })

  it('finishes the steps that were under way and repeats none that was done', () => {
    expect(chains.status).toBe('succeeded')
    expect(chains.steps.flatMap(({ attempts }) => attempts).some(({ status }) => status === 'lost')).toBe(true)
    expect(beginsWhenDone.size).toBeGreaterThan(0)
    for (const [link, begins] of beginsWhenDone) expect(linesOf(`begin ${link}`), link).toBe(begins)
    for (const step of chains.steps) {
      expect(linesOf(`end ${linkOf(step)}`), step.step).toBeGreaterThanOrEqual(1)
      expect(step.attempts.filter(({ status }) => status === 'succeeded')).toHaveLength(1)
    }
  })
})
