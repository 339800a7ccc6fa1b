import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page, Run, TrackedRun } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { lossyProxy } from './lossy-proxy.ts'
import { finish, regia, regiaJson, temporaryFolder } from './regia-command.ts'
import { idIn, trackingProject, untilSaid } from './tracking-project.ts'

const LONG = `
import { track } from 'regia'
await track({ experiment: 'long', name: 'long' }, async (run) => {
  console.log(run.id)
  for (let step = 0; step < 100; step++) run.log({ loss: step }, { step })
  await run.flush()
  run.log({ last: 1 })
  console.log('logged')
  await new Promise((resolve) => setTimeout(resolve, 60_000))
})`

/** A script that logs, says its id and then does what is asked. */
const ending = (how: string) => `
import { startRun, track } from 'regia'
const run = await startRun({ experiment: 'ends', name: 'outer' })
console.log(run.id)
for (let step = 0; step < 1500; step++) run.log({ loss: step }, { step })
run.params({ kept: 'yes' })
${how}`

describe('track', () => {
  it('writes down what a script logs, where it comes from, and the runs inside of it', async () => {
    const project = await trackingProject({
      'train.mjs': `
        import { currentRun, track } from 'regia'
        const options = { experiment: 'churn', name: 'forest', params: { depth: 3, layers: [8, 4] }, tags: { stage: 'try' }, seed: 7, systemMetrics: '100ms' }
        const result = await track(options, async (run) => {
          console.log(run.id)
          for (let step = 0; step < 20; step++) run.log({ loss: 1 / (step + 1), odd: Number.NaN }, { step })
          await run.dataset('data/train.csv', { context: 'train' })
          await run.artifact('plots')
          await run.text('notes/a b.txt', 'größer')
          await run.json('figures.json', { rng: run.rng.next() })
          await run.note('# Good')
          await Promise.all(['a', 'b'].map((name) => track({ name }, async (child) => child.log({ acc: currentRun() === child ? 1 : 0 }))))
          return 42
        })
        console.log(result)`,
      'plots/one.html': '<p>one</p>',
      'plots/deep/two.txt': 'two',
      'package-lock.json': JSON.stringify({
        lockfileVersion: 3,
        packages: { '': {}, 'node_modules/zod': { version: '4.0.0' } },
      }),
    })
    const commit = project.commitAll()
    await project.write('data/train.csv', 'a,b\n1,2\n')
    await project.write('.env', 'SECRET=1')
    await project.write('secrets.json', '{}')
    await project.write('new.txt', 'not yet known')
    const ended = await project.run('train.mjs', { args: ['--api-key', 'abc', '--password=xyz', '--lr=0.1'] })
    expect(ended).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/\n42\n$/) })
    const { tracking } = project.client
    const run = await tracking.get(idIn(ended))

    expect(run).toMatchObject({ name: 'forest', status: 'succeeded', source: 'track', note: '# Good', childCount: 2 })
    expect(run.params).toEqual({ depth: '3', layers: '[8,4]' })
    expect(run.metrics).toContainEqual(expect.objectContaining({ key: 'loss', value: 0.05, step: 19 }))
    expect(run.metrics).toContainEqual(expect.objectContaining({ key: 'odd', value: 'NaN' }))
    expect(run.metrics.map(({ key }) => key)).toContain('system/cpu_utilization_percentage')
    expect(run.tags).toMatchObject({
      stage: 'try',
      'git.commit': commit,
      'git.branch': 'main',
      'git.dirty': 'true',
      'regia.seed': '7',
      'regia.node': process.versions.node,
      'regia.command': "node train.mjs --api-key '***' '--password=***' --lr=0.1",
      'regia.lockfile': expect.stringMatching(/^sha256:/),
    })
    const digest = createHash('sha256').update('a,b\n1,2\n').digest('hex')
    expect(run.datasets).toMatchObject([{ name: 'train.csv', context: 'train', digest: digest.slice(0, 32) }])

    const read = async (path: string) => (await tracking.readFile(run.id, path)).text()
    expect(await read('plots/deep/two.txt')).toBe('two')
    expect(await read('notes/a b.txt')).toBe('größer')
    expect(await read('regia/packages.txt')).toBe('zod@4.0.0\n')
    expect(JSON.parse(await read('regia/package-lock.json')).lockfileVersion).toBe(3)
    const diff = await read('regia/uncommitted.diff')
    expect(diff).toContain('+not yet known')
    expect(diff).not.toMatch(/SECRET|secrets\.json|train\.csv/)
    const provenance = JSON.parse(await read('regia/provenance.json'))
    expect(provenance).toMatchObject({ isMasked: true, git: { leftOut: [{ path: 'secrets.json' }] } })
  })

  it('writes down which version of a dataset was read, and which folder', async () => {
    const project = await trackingProject({
      'reads.mjs': `
        import { startRun } from 'regia'
        const run = await startRun()
        console.log(run.id)
        await run.dataset({ dataset: 'rows' }, { context: 'train', tags: { split: 'a' } })
        await run.dataset('parts', { name: 'all parts' })
        console.log(await run.dataset({ dataset: 'none' }).catch((error) => error.code))
        await run.end()`,
      'parts/a.csv': 'x\n1\n',
      'parts/deep/b.csv': 'x\n2\n',
    })
    const { datasets, tracking } = project.client
    await datasets.ingest('rows', { path: 'parts/a.csv' })
    const version = await datasets.ingest('rows', { path: 'parts/deep/b.csv' })
    const ended = await project.run('reads.mjs')
    expect(ended.stdout.split('\n')[1]).toBe('NOT_FOUND')
    const read = async (id: string) => new Map((await tracking.get(id)).datasets.map((each) => [each.name, each]))
    const found = await read(idIn(ended))
    const rows = found.get('rows')!
    expect(JSON.parse(rows.source)).toEqual({ dataset: 'rows', version: 2, digest: version.digest })
    expect(rows).toMatchObject({ sourceType: 'regia', context: 'train', tags: { split: 'a' } })
    expect(version.digest).toContain(rows.digest)
    expect(JSON.parse(found.get('all parts')!.source)).toMatchObject({ path: 'parts', sizeBytes: 8 })
    await project.write('parts/deep/b.csv', 'x\n3\n')
    const later = await read(idIn(await project.run('reads.mjs')))
    expect(later.get('all parts')?.digest).not.toBe(found.get('all parts')?.digest)
  })

  it('ends runs as the program ends: by itself, by process.exit, by an error that nobody caught', async () => {
    const project = await trackingProject({
      'natural.mjs': ending(''),
      'exit.mjs': ending(`process.exit(0)`),
      'at-once.mjs': `
        import { startRun } from 'regia'
        const run = await startRun()
        console.log(run.id)
        run.text('kept.txt', 'kept')
        run.artifact('at-once.mjs')
        process.exit()`,
      'exit-3.mjs': ending(`track({ name: 'inner' }, async (inner) => { console.log(inner.id); process.exit(3) })`),
      'throws.mjs': ending(`setTimeout(() => { throw new TypeError('no such thing') })`),
      'rejects.mjs': ending(`await track({ name: 'inner' }, async () => { throw new Error('bad data') })`),
    })
    project.commitAll()
    const outcome = async (script: string) => {
      const ended = await project.run(script)
      const { status, tags, metrics, params, finishedAt } = await project.client.tracking.get(idIn(ended))
      expect(finishedAt, script).toBeDefined()
      expect(metrics, `${script}: ${ended.stderr}`).toMatchObject([{ key: 'loss', value: 1499 }])
      expect(params, script).toEqual({ kept: 'yes' })
      return { code: ended.code, status, error: tags.error }
    }
    expect(await outcome('natural.mjs')).toEqual({ code: 0, status: 'succeeded', error: undefined })
    expect(await outcome('exit.mjs')).toEqual({ code: 0, status: 'succeeded', error: undefined })
    const atOnce = await project.run('at-once.mjs')
    const { files } = await project.client.tracking.files(idIn(atOnce))
    expect(
      files.map(({ path }) => path),
      atOnce.stderr,
    ).toEqual(['at-once.mjs', 'kept.txt', 'regia'])
    const exited = await outcome('exit-3.mjs')
    expect(exited).toEqual({ code: 3, status: 'failed', error: 'The process ended with exit code 3.' })
    const thrown = await outcome('throws.mjs')
    expect(thrown).toEqual({ code: 1, status: 'failed', error: 'TypeError: no such thing' })
    expect(await outcome('rejects.mjs')).toEqual({ code: 1, status: 'failed', error: 'Error: bad data' })
  })

  it('cancels runs at Ctrl-C after the last logs, and dies of the signal', async () => {
    const project = await trackingProject({ 'long.mjs': LONG })
    const child = project.start('long.mjs')
    const ended = finish(child)
    await untilSaid(child, 'logged')
    child.kill('SIGINT')
    const { stdout, stderr } = await ended
    expect(child.signalCode).toBe('SIGINT')
    expect(stderr).toBe('')
    const run = await project.client.tracking.get(idIn({ stdout }))
    expect(run.status).toBe('cancelled')
    expect(run.metrics.map(({ key }) => key)).toEqual(['last', 'loss'])
  })

  it('loses nothing that was flushed when the process is killed', async () => {
    const project = await trackingProject({ 'long.mjs': LONG })
    const child = project.start('long.mjs')
    const ended = finish(child)
    await untilSaid(child, 'logged')
    child.kill('SIGKILL')
    const run = await project.client.tracking.get(idIn(await ended))
    expect(run.status).toBe('running')
    expect(run.metrics).toContainEqual(expect.objectContaining({ key: 'loss', value: 99, step: 99 }))
  })

  it('logs everything once over a connection that loses requests and replies', async () => {
    const project = await trackingProject({
      'many.mjs': `
        import { track } from 'regia'
        await track({ experiment: 'lossy' }, async (run) => {
          console.log(run.id)
          for (let step = 0; step < 6000; step++) {
            await run.log({ loss: 1 }, { step })
            if (step % 500 === 0) await new Promise((resolve) => setTimeout(resolve, 20))
          }
          run.params({ a: 1 })
          await run.text('a.txt', 'once')
        })`,
    })
    const lossy = await lossyProxy(project.url)
    const ended = await project.run('many.mjs', { env: { REGIA_URL: lossy.url } })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    expect(lossy.lostCount()).toBeGreaterThan(5)
    const { tracking } = project.client
    const id = idIn(ended)
    expect(await tracking.get(id)).toMatchObject({ status: 'succeeded', params: { a: '1' } })
    const steps: number[] = []
    let cursor: string | undefined
    do {
      const page = await tracking.history(id, 'loss', { limit: 1000, ...(cursor !== undefined && { cursor }) })
      steps.push(...page.items.map(({ step }) => step))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(steps.sort((a, b) => a - b)).toEqual(Array.from({ length: 6000 }, (_, step) => step))
  })

  it('lets the program go on where something cannot be logged, and says so', async () => {
    const project = await trackingProject({
      'odd.mjs': `
        import { startRun, track } from 'regia'
        const kept = await track({ params: { depth: 3 } }, async (run) => {
          console.log(run.id)
          run.params({ depth: 4 })
          run.log({ 'a//b': 1, fine: 2 })
          run.artifact('missing.txt')
          return 'kept'
        })
        console.log(kept)
        const run = await startRun({ onProblem: () => {} })
        run.log({ '': 1 })
        console.log(await run.end().catch((error) => error.code))`,
    })
    const ended = await project.run('odd.mjs')
    expect(ended.stdout.split('\n').slice(1)).toEqual(['kept', 'INVALID_INPUT', ''])
    expect(ended.stderr).toContain('The metric "a//b" was not logged')
    expect(ended.stderr).toContain('The param "depth" was not logged')
    expect(ended.stderr).toContain('There is no such file or folder to keep as an artifact.')
    const run = await project.client.tracking.get(idIn(ended))
    expect(run).toMatchObject({ status: 'succeeded', params: { depth: '3' }, metrics: [{ key: 'fine', value: 2 }] })
  })

  it('starts a server for a home that nobody owns, which ends with the script', async () => {
    const project = await trackingProject({
      'alone.mjs': `
        import { startRun } from 'regia'
        const run = await startRun({ experiment: 'alone' })
        console.log(run.id)
        run.log({ acc: 0.5 })
        process.exit()`,
    })
    const home = { REGIA_URL: '', REGIA_HOME: `${project.dir}/.regia-alone` }
    const ended = await project.run('alone.mjs', { env: home })
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const place = { cwd: project.dir, env: home }
    const shown = await regia(place, 'experiments', 'show-run', idIn(ended), '--json')
    expect(JSON.parse(shown.stdout)).toMatchObject({ status: 'succeeded', metrics: [{ key: 'acc', value: 0.5 }] })
  })

  it('finds another server where the one that lived for another script is gone', async () => {
    const project = await trackingProject({
      'short.mjs': `
        import { track } from 'regia'
        await track({ experiment: 'both', name: 'short' }, async (run) => {
          console.log('ready')
          await new Promise((resolve) => process.stdin.once('data', resolve))
        })
        process.stdin.destroy()`,
      'long.mjs': `
        import { track } from 'regia'
        await track({ experiment: 'both', name: 'long' }, async (run) => {
          console.log(run.id)
          console.log('ready')
          await new Promise((resolve) => process.stdin.once('data', resolve))
          for (let step = 0; step < 10; step++) run.log({ loss: step }, { step })
          await run.text('late.txt', 'late')
        })
        process.stdin.destroy()`,
    })
    const home = { REGIA_URL: '', REGIA_HOME: join(project.dir, '.regia-shared') }
    const short = project.start('short.mjs', { env: home, stdin: 'pipe' })
    const shortEnded = finish(short)
    await untilSaid(short, 'ready')
    const long = project.start('long.mjs', { env: home, stdin: 'pipe' })
    const longEnded = finish(long)
    await untilSaid(long, 'ready')
    short.stdin?.write('end\n')
    expect(await shortEnded).toMatchObject({ code: 0, stderr: '' })
    // Its server goes with it.
    while (existsSync(join(home.REGIA_HOME, 'server.json'))) await new Promise((resolve) => setTimeout(resolve, 50))
    long.stdin?.write('end\n')
    const ended = await longEnded
    expect(ended).toMatchObject({ code: 0, stderr: '' })
    const place = { cwd: project.dir, env: home }
    const { status, metrics, files } = await regiaJson<
      TrackedRun & { readonly files: readonly { readonly path: string }[] }
    >(place, 'experiments', 'show-run', idIn(ended))
    expect({ status, metrics }).toMatchObject({ status: 'succeeded', metrics: [{ key: 'loss', value: 9 }] })
    expect(files.map(({ path }) => path)).toContain('late.txt')
  })

  it('says where to look when no server is there', async () => {
    const project = await trackingProject({
      'a.mjs': `import { track } from 'regia'\nawait track({}, () => console.log('ran')).catch((error) => console.log(error.code))`,
    })
    const ended = await project.run('a.mjs', { env: { REGIA_URL: 'http://127.0.0.1:9' } })
    expect(ended.stdout).toBe('UNAVAILABLE\n')
  })
})

it('makes runs that a step tracks parts of the step, in the home that it runs in', async () => {
  const { dir, remove } = await temporaryFolder()
  onTestFinished(remove)
  const place = { cwd: dir, env: { REGIA_HOME: join(dir, 'elsewhere') } }
  await mkdir(join(dir, 'pipelines'))
  await writeFile(
    join(dir, 'pipelines/search.ts'),
    `
    import { pipeline, step, track, z } from 'regia'
    const tune = step({ name: 'tune', in: { depths: z.array(z.number()) }, out: { best: z.number() }, run: async ({ depths }) => {
      for (const depth of depths) await track({ name: 'depth ' + depth, params: { depth } }, (run) => run.log({ auc: depth / 10 }))
      return { best: Math.max(...depths) }
    } })
    export default pipeline('search', { depths: z.array(z.number()).default([3, 4]) }, (p) => { tune({ depths: p.depths }) })`,
  )
  const run = await regiaJson<Run>(place, 'run', 'search')
  expect(existsSync(join(dir, '.regia'))).toBe(false)
  const args = ['search', '--children', '--order-by', 'metrics.auc DESC', '--filter', 'metrics.auc > 0']
  const { items } = await regiaJson<Page<TrackedRun>>(place, 'experiments', 'runs', ...args)
  expect(items.map(({ name, parentId, status }) => ({ name, parentId, status }))).toEqual([
    { name: 'depth 4', parentId: run.steps[0]?.id, status: 'succeeded' },
    { name: 'depth 3', parentId: run.steps[0]?.id, status: 'succeeded' },
  ])
})
