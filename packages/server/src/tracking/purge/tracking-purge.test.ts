import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { openTracking } from '../../../test/open-tracking.ts'
import { startServer } from '../../../test/start-server.ts'

const DAY_MS = 86_400_000
const NOTHING = { experiments: 0, runs: 0, loggedModels: 0 }
const TABLES = [
  ...['tracked_run', 'metric_point', 'latest_metric', 'run_param', 'run_tag', 'run_input', 'run_model_input'],
  ...['run_model_output', 'tracked_dataset', 'logged_model', 'logged_model_param', 'logged_model_tag'],
  ...['logged_model_metric', 'experiment_tag', 'purged_remains'],
]

type Wiring = Parameters<typeof openTracking>[0]

async function open(wiring: Wiring = {}) {
  const gone: string[] = []
  const tracking = await openTracking({ files: { delete: async (folder) => void gone.push(folder) }, ...wiring })
  const { database, runs, loggedModels } = tracking
  const purge = (days: number, isDryRun = false) => tracking.purge.run({ olderThanMs: days * DAY_MS, isDryRun })
  const counts = async () => {
    const found: Record<string, number> = {}
    for (const table of TABLES) {
      const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(database)
      found[table] = rows[0]?.count ?? 0
    }
    return found
  }
  /** A run with something of every kind, and a model that it logged. */
  const makeRun = async (experimentId: string, points = 10) => {
    const { id } = await runs.create({ experimentId, source: 'track', tags: [{ key: 'a', value: 'b' }] })
    const model = await loggedModels.create({
      experimentId,
      sourceRunId: id,
      params: [{ key: 'p', value: '1' }],
      tags: [{ key: 't', value: '1' }],
    })
    await runs.log(id, {
      metrics: Array.from({ length: points }, (_, i) => ({ key: `m${i % 3}`, value: i % 5, step: i, atMs: i % 2 })),
      params: [{ key: 'p', value: '1' }],
      datasets: [{ name: id, digest: 'd', sourceType: 's', source: '', tags: {} }],
      modelInputs: ['m-x'],
      modelOutputs: [{ modelId: model.id, step: 0 }],
    })
    await runs.log(id, { metrics: [{ key: 'm0', value: 1, step: 0, atMs: 0, modelId: model.id }] })
    return { id, modelId: model.id }
  }
  return { ...tracking, purge, counts, makeRun, gone }
}

describe('the purge of tracking', () => {
  it('takes everything of what was deleted long ago, and nothing else', async () => {
    const { experiments, runs, loggedModels, clock, purge, counts, makeRun, gone } = await open()
    const { id } = await experiments.create({ name: 'old', tags: { a: 'b' } })
    await makeRun('0')
    const before = await counts()
    const [one, two] = [await makeRun(id), await makeRun(id)]
    const lone = await makeRun('0')
    await experiments.delete(id)
    await runs.delete(lone.id)
    await loggedModels.delete(lone.modelId)
    clock.advance(10 * DAY_MS)
    expect(await purge(11)).toEqual(NOTHING)
    expect(await purge(10, true)).toEqual({ experiments: 1, runs: 3, loggedModels: 3 })
    expect(gone).toEqual([])
    expect(await purge(10)).toEqual({ experiments: 1, runs: 3, loggedModels: 3 })
    expect(await counts()).toEqual({ ...before, experiment_tag: 0 })
    expect(gone.toSorted()).toEqual(
      [
        ...[one, two].flatMap((run) => [`${id}/${run.id}/artifacts`, `${id}/models/${run.modelId}/artifacts`]),
        ...[`0/${lone.id}/artifacts`, `0/models/${lone.modelId}/artifacts`],
      ].toSorted(),
    )
    await expect(experiments.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(runs.restore(one.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await purge(0)).toEqual(NOTHING)
  })

  it('keeps an experiment with a run that was brought back, and the one that is always there', async () => {
    const { experiments, runs, purge, makeRun } = await open()
    const { id } = await experiments.create({ name: 'e' })
    const [one, two] = [await makeRun(id), await makeRun(id)]
    await experiments.delete(id)
    await runs.restore(two.id)
    await experiments.delete('0')
    expect(await purge(-1)).toEqual({ experiments: 0, runs: 1, loggedModels: 0 })
    expect((await runs.get(two.id)).params).toEqual({ p: '1' })
    await expect(runs.get(one.id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    expect(await experiments.restore('0')).toMatchObject({ name: 'Default' })
    expect((await experiments.restore(id)).id).toBe(id)
  })

  it('keeps what a registered model was made from', async () => {
    const needed = { runs: new Set<string>(), loggedModels: new Set<string>(), addresses: [] as string[] }
    const { experiments, runs, loggedModels, purge, makeRun } = await open({ needed: async () => needed })
    const { id } = await experiments.create({ name: 'e' })
    const made = [await makeRun(id), await makeRun(id), await makeRun(id), await makeRun('0')]
    needed.runs.add(made[0]!.id)
    needed.addresses.push(`mlflow-artifacts:/${id}/${made[1]!.id}/artifacts/model`, 's3://elsewhere/x')
    needed.loggedModels.add(made[3]!.modelId)
    await experiments.delete(id)
    await runs.delete(made[3]!.id)
    await loggedModels.delete(made[3]!.modelId)
    expect(await purge(-1)).toEqual({ experiments: 0, runs: 2, loggedModels: 0 })
    expect((await runs.get(made[0]!.id)).lifecycle).toBe('deleted')
    expect((await runs.get(made[1]!.id)).lifecycle).toBe('deleted')
    needed.runs.clear()
    needed.addresses.length = 0
    expect(await purge(-1)).toEqual({ experiments: 1, runs: 2, loggedModels: 3 })
  })

  it('ends what a purge that was cut short began', async () => {
    let isBroken = true
    const gone: string[] = []
    const files = {
      delete: async (folder: string) => {
        if (isBroken) throw new Error('cut short')
        gone.push(folder)
      },
    }
    const { runs, purge, counts, makeRun } = await open({ files })
    const { id } = await makeRun('0', 9_000)
    await runs.delete(id)
    await expect(purge(-1)).rejects.toThrow('cut short')
    await expect(runs.restore(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
    isBroken = false
    expect(await purge(-1)).toEqual(NOTHING)
    expect(gone).toEqual([`0/${id}/artifacts`])
    expect(await counts()).toMatchObject({ metric_point: 0, purged_remains: 0 })
  })

  it('takes many points away while others go on writing', async () => {
    const { runs, purge, counts, makeRun } = await open()
    const old = await makeRun('0', 1_000)
    for (let round = 1; round < 25; round++) {
      await runs.log(old.id, {
        metrics: Array.from({ length: 1_000 }, (_, i) => ({
          key: `m${i % 3}`,
          value: 1,
          step: round * 1_000 + i,
          atMs: 7,
        })),
      })
    }
    const other = await makeRun('0', 0)
    await runs.delete(old.id)
    const before = await counts()
    let isPurged = false
    let written = 0
    const purging = purge(-1).finally(() => {
      isPurged = true
    })
    while (!isPurged) {
      await runs.log(other.id, { metrics: [{ key: 'm', value: written, step: written, atMs: 0 }] })
      written += 1
    }
    expect(await purging).toEqual({ experiments: 0, runs: 1, loggedModels: 0 })
    expect(written).toBeGreaterThan(5)
    expect((await counts()).metric_point).toBe(before.metric_point! - 25_000 - 1 + written)
  })
})

describe('garbage collection', () => {
  it('purges what was deleted, with its files, once its days are over', async () => {
    const { client, clock } = await startServer()
    const { id } = await client.tracking.create({ experiment: 'e' })
    await client.tracking.writeFile(id, 'a/model.txt', 'content')
    await client.tracking.delete(id)
    clock.advance(20 * DAY_MS)
    expect(await client.collectGarbage({ dryRun: false })).toMatchObject({ purged: { runs: 0 }, blobs: 0 })
    expect((await client.tracking.restore(id)).lifecycle).toBe('active')
    await client.tracking.delete(id)
    clock.advance(31 * DAY_MS)
    expect(await client.collectGarbage()).toMatchObject({ purged: { runs: 1, experiments: 0 } })
    expect(await client.collectGarbage({ dryRun: false })).toMatchObject({ purged: { runs: 1 }, blobs: 1, bytes: 7 })
    await expect(client.tracking.get(id)).rejects.toMatchObject({ code: 'NOT_FOUND' })
  })
})
