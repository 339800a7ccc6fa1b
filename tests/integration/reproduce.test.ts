import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { regia, regiaFailure } from './regia-command.ts'
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

type Said = {
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
    const gone = idIn(await project.run('bare.mjs'))
    await rm(join(project.dir, '.git'), { recursive: true })
    expect(await refusal(gone)).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('is not here') })
    const { id } = await project.client.tracking.create({})
    expect(await refusal(id)).toMatchObject({ message: expect.stringContaining('did not record where it comes from') })
    expect(await refusal('nothing')).toMatchObject({ code: 'NOT_FOUND' })
  })
})
