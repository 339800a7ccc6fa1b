import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { regia, regiaFailure, regiaJson, temporaryFolder } from './regia-command.ts'
import { idIn, type TrackingProject, trackingProject } from './tracking-project.ts'

/** What it logs depends on its seed, on an uncommitted file and on data that git does not keep. */
const TRAIN = `
import { readFileSync } from 'node:fs'
import { track } from 'regia'
import { scale } from './scale.mjs'
for (const name of ['first', 'second']) {
  await track({ experiment: 'again', name, params: { scale } }, async (run) => {
    if (name === 'second') console.log(run.id)
    await run.dataset('data/rows.csv')
    const rows = Number(readFileSync('data/rows.csv', 'utf8'))
    run.log({ score: scale * rows * run.rng.next() })
    await run.json('model.json', { weights: [run.rng.next(), scale] })
  })
}`

/** A sum of a dataset, with noise where asked for: the one is made again, the other is not. */
const SUMS = `
import { dataset, pipeline, step, table, z } from 'regia'
const add = step({
  name: 'add',
  in: { rows: table(), noise: z.number() },
  out: { sum: z.number() },
  run: async ({ rows, noise }, ctx) => {
    const { columns } = await rows.read()
    const sum = columns.x.values.reduce((total, value) => total + Number(value), 0) + noise * Math.random()
    ctx.metric('sum', sum)
    return { sum }
  },
})
const double = step({ name: 'double', in: { sum: z.number() }, out: { twice: z.number() }, run: ({ sum }) => ({ twice: 2 * sum }) })
export default pipeline('sums', { noise: z.number().default(0) }, (p) => {
  double({ sum: add({ rows: dataset('rows'), noise: p.noise }).sum })
})
`

type Said = {
  readonly run: string
  readonly reproduction: string
  readonly isSame: boolean
  readonly notes: readonly string[]
  readonly compared: readonly { readonly kind: string; readonly name: string; readonly isSame: boolean }[]
}

async function reproduce(project: TrackingProject, ...args: readonly string[]) {
  const { code, stdout, stderr } = await regia({ cwd: project.dir, env: project.env }, 'reproduce', ...args, '--json')
  const said: Said = JSON.parse(stdout)
  return { code, stderr, ...said, differing: said.compared?.flatMap(({ name, isSame }) => (isSame ? [] : [name])) }
}

async function madeRun() {
  const project = await trackingProject({ 'train.mjs': TRAIN, 'scale.mjs': 'export const scale = 1' })
  await project.write('data/rows.csv', '100')
  const commit = project.commitAll()
  await project.write('scale.mjs', 'export const scale = 2')
  await project.write('deep/new.bin', '\u0000\u0001binary\u0000')
  const ended = await project.run('train.mjs')
  expect(ended).toMatchObject({ code: 0, stderr: '' })
  return { project, commit, id: idIn(ended) }
}

describe('regia reproduce', () => {
  it('makes a run again from its commit, its uncommitted changes and its seed, and takes its traces away', async () => {
    const { project, commit, id } = await madeRun()
    // What the repository is now must not matter.
    await project.write('scale.mjs', 'export const scale = 99')
    project.commitAll()
    const found = await reproduce(project, id)
    expect(found).toMatchObject({ code: 0, isSame: true, notes: [] })
    expect(found.compared.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'status status',
      'param scale',
      'metric score',
      'artifact model.json',
    ])
    const { tags, name } = await project.client.tracking.get(found.reproduction)
    expect(tags).toMatchObject({ reproduces: id, 'git.commit': commit, 'git.dirty': 'true' })
    expect(name).toBe('second')
    expect(project.git('worktree', 'list').split('\n')).toHaveLength(1)
    expect(project.git('status', '--porcelain')).toBe('')
  })

  it('finds what is not the same', async () => {
    const { project, id } = await madeRun()
    const detail = await project.client.tracking.get(id)
    await project.write('data/rows.csv', '100.0001')
    const changed = await reproduce(project, id)
    expect(changed).toMatchObject({ code: 1, isSame: false, differing: ['score'] })
    expect(changed.notes).toEqual(['The run read data/rows.csv, which is not what it was then.'])
    expect(detail.metrics).toHaveLength(1)
    expect(await reproduce(project, id, '--tolerance', '1e-5')).toMatchObject({ code: 0, isSame: true })
    expect(await reproduce(project, id, '--ignore', 'sc*re')).toMatchObject({ code: 0, isSame: true })
  })

  it('makes commands of "regia track" again, with their seed and params', async () => {
    const project = await trackingProject({
      'any.mjs': `
        import { writeFileSync } from 'node:fs'
        import { startRun } from 'regia'
        const run = await startRun()
        run.log({ score: Number(process.env.REGIA_SEED) + Math.random() * Number(process.argv[2]) })
        await run.text('seed.txt', process.env.PYTHONHASHSEED)`,
    })
    project.commitAll()
    const place = { cwd: project.dir, env: project.env }
    const trackedWith = async (noise: string) => {
      const options = ['--experiment', 'any', '--param', 'lr=1', '--json']
      const { stdout } = await regia(place, 'track', ...options, '--', process.execPath, 'any.mjs', noise)
      return JSON.parse(stdout).run.id
    }
    expect(await reproduce(project, await trackedWith('0'))).toMatchObject({ code: 0, isSame: true })
    const random = await reproduce(project, await trackedWith('1'))
    expect(random).toMatchObject({ code: 1, differing: ['score'] })
  })

  it('compares the runs inside of a run, whatever order they began in and whether they have names', async () => {
    const project = await trackingProject({
      'search.mjs': `
        import { track } from 'regia'
        const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
        await track({ name: 'search' }, async (run) => {
          console.log(run.id)
          await Promise.all(['a', 'b', 'c'].map(async (name, i) => {
            await later(Math.random() * 50)
            await track({ name, params: { i } }, (child) => child.log({ auc: i / 10 }))
          }))
          for (let i = 0; i < 2; i++) await track({}, async (child) => {
            await track({ name: 'deep' }, (deep) => deep.text('deep.txt', String(i)))
          })
          if (process.env.NOISE) await track({ name: 'a' }, (child) => child.log({ auc: Math.random() }))
        })`,
    })
    project.commitAll()
    const same = await reproduce(project, idIn(await project.run('search.mjs')))
    expect(same).toMatchObject({ code: 0, isSame: true })
    const counts = Map.groupBy(same.compared, ({ kind }) => kind)
    expect([...counts].map(([kind, { length }]) => `${kind} ${length}`)).toEqual([
      'status 1',
      'child 7',
      'param 3',
      'metric 3',
      'artifact 2',
    ])
    const more = await reproduce(project, idIn(await project.run('search.mjs', { env: { NOISE: '1' } })))
    expect(more).toMatchObject({ code: 1, differing: ['a 2', 'a 2/auc'] })
  })

  it('says what is missing', async () => {
    const project = await trackingProject({
      'bare.mjs': `import { startRun } from 'regia'; const run = await startRun(); console.log(run.id); await run.end()`,
    })
    const place = { cwd: project.dir, env: project.env }
    const refusal = async (id: string) => (await regiaFailure(place, 'reproduce', id)).error
    const bare = idIn(await project.run('bare.mjs'))
    expect(await refusal(bare)).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('no commit') })
    project.commitAll()
    const masked = idIn(await project.run('bare.mjs', { args: ['--token', 'abc'] }))
    expect(await refusal(masked)).toMatchObject({ message: expect.stringContaining('--token ***') })
    const { client } = project
    await project.write('more.txt', 'more')
    const changed = idIn(await project.run('bare.mjs'))
    await client.tracking.writeFile(
      changed,
      'regia/uncommitted.diff',
      'diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n',
    )
    const unfit = await refusal(changed)
    expect(unfit).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('do not apply') })
    expect(project.git('worktree', 'list').split('\n')).toHaveLength(1)
    const provenance = await (await client.tracking.readFile(bare, 'regia/provenance.json')).json()
    const git = { ...provenance.git, commit: project.git('rev-parse', 'HEAD'), isDirty: false }
    const away = { ...provenance, git, madeBy: 'command', command: ['no-such-program'] }
    await client.tracking.writeFile(bare, 'regia/provenance.json', JSON.stringify(away))
    expect(await refusal(bare)).toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('cannot be started'),
    })
    const gone = idIn(await project.run('bare.mjs'))
    await rm(join(project.dir, '.git'), { recursive: true })
    expect(await refusal(gone)).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('is not here') })
    const { id } = await project.client.tracking.create({})
    expect(await refusal(id)).toMatchObject({ message: expect.stringContaining('did not record where it comes from') })
    expect(await refusal('nothing')).toMatchObject({ code: 'NOT_FOUND' })
  })

  it('makes a run of a pipeline again with the data of then, without the cache, and compares it step by step', async () => {
    const { dir, remove } = await temporaryFolder()
    onTestFinished(remove)
    const place = { cwd: dir }
    await mkdir(join(dir, 'pipelines'))
    await writeFile(join(dir, 'pipelines/sums.ts'), SUMS)
    await writeFile(join(dir, 'rows.csv'), 'x\n1\n2\n3\n')
    await regiaJson(place, 'data', 'add', 'rows.csv', '--name', 'rows')
    const still = await regiaJson<Run>(place, 'run', 'sums')
    const noisy = await regiaJson<Run>(place, 'run', 'sums', '--param', 'noise=1')
    await writeFile(join(dir, 'rows.csv'), 'x\n10\n20\n30\n')
    await regiaJson(place, 'data', 'add', 'rows.csv', '--name', 'rows')

    const again = async (run: string): Promise<Said & { readonly code: number | null }> => {
      const { code, stdout } = await regia(place, 'reproduce', run, '--json')
      return { code, ...JSON.parse(stdout) }
    }
    const same = await again('sums#1')
    expect(same).toMatchObject({ code: 0, isSame: true, run: still.id })
    expect(same.compared.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'status status',
      'param noise',
      'metric sum',
      'output add.sum',
      'output double.twice',
    ])
    const made = await regiaJson<Run>(place, 'runs', 'show', same.reproduction)
    expect(made).toMatchObject({ cachedStepCount: 0, datasets: [{ name: 'rows', version: 1 }], metrics: { sum: 6 } })
    const other = await again(noisy.id)
    expect(other).toMatchObject({ code: 1, isSame: false })
    expect(other.compared.flatMap(({ name, isSame }) => (isSame ? [] : [name]))).toEqual([
      'sum',
      'add.sum',
      'double.twice',
    ])
  })
})
