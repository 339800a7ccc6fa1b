import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { BIN, environment, finish, regia } from './regia-command.ts'
import { trackingProject, untilSaid } from './tracking-project.ts'

describe('regia track', () => {
  it('runs any command as a run, which scripts join, and hands its exit code through', async () => {
    const project = await trackingProject({
      'joins.mjs': `
        import { startRun, track } from 'regia'
        await track({ name: 'ignored', params: { depth: 3 } }, async (run) => {
          run.log({ seed: Number(run.seed) })
          await track({ name: 'inner' }, () => undefined)
        })
        console.log(process.env.MLFLOW_RUN_ID === process.env.REGIA_RUN_ID, process.env.MLFLOW_TRACKING_URI)
        process.exitCode = 7`,
    })
    const commit = project.commitAll()
    const place = { cwd: project.dir, env: project.env }
    const options = [
      '--experiment',
      'joined',
      '--name',
      'mine',
      '--param',
      'lr=0.1',
      '--tag',
      'a=b',
      '--seed',
      '11',
      '--json',
    ]
    const ended = await regia(place, 'track', ...options, '--', process.execPath, 'joins.mjs', '--json')
    expect(ended.code).toBe(7)
    expect(ended.stderr).toContain(`true ${project.url}`)
    const { run } = JSON.parse(ended.stdout)
    const found = await project.client.tracking.get(run.id)
    expect(found).toMatchObject({
      name: 'mine',
      status: 'failed',
      params: { lr: '0.1', depth: '3' },
      childCount: 1,
      metrics: [{ key: 'seed', value: 11 }],
      tags: { a: 'b', 'git.commit': commit, error: 'The command ended with exit code 7.' },
    })
    expect((await project.client.experiments.get(found.experimentId)).name).toBe('joined')
  })

  it('makes commands inside of a command parts of its run', async () => {
    const project = await trackingProject({ 'nothing.mjs': '' })
    const place = { cwd: project.dir, env: project.env }
    const inner = [process.execPath, BIN, 'track', '--name', 'inner', '--', process.execPath, 'nothing.mjs']
    const ended = await regia(place, 'track', '--experiment', 'nested', '--json', '--', ...inner)
    const { run } = JSON.parse(ended.stdout)
    const { items } = await project.client.tracking.search({ parent: run.id })
    expect(items).toMatchObject([{ name: 'inner', experimentId: run.experimentId, status: 'succeeded' }])
  })

  it('says how a run ended whose command hears nothing, when a second Ctrl-C ends both', async () => {
    const project = await trackingProject({
      'deaf.mjs': `process.on('SIGINT', () => console.log('heard')); console.log('ready'); setInterval(() => {}, 1000)`,
    })
    const args = [BIN, 'track', '--name', 'deaf', '--', process.execPath, 'deaf.mjs']
    const env = environment(project.env)
    const child = spawn(process.execPath, args, { cwd: project.dir, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const ended = finish(child)
    await untilSaid(child, 'ready')
    child.kill('SIGINT')
    await untilSaid(child, 'heard')
    child.kill('SIGINT')
    expect((await ended).code).toBe(130)
    const { items } = await project.client.tracking.search({ filter: "attributes.run_name = 'deaf'" })
    expect(items).toMatchObject([{ status: 'cancelled' }])
  })

  it('tells a command that is not there from one that fails, and a signal from both', async () => {
    const project = await trackingProject({
      'dies.mjs': `process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)`,
    })
    const place = { cwd: project.dir, env: project.env }
    const missing = await regia(place, 'track', '--json', 'no-such-program')
    expect(JSON.parse(missing.stdout).error).toMatchObject({ code: 'NOT_FOUND' })
    const died = await regia(place, 'track', '--json', '--', process.execPath, 'dies.mjs')
    expect(died.code).toBe(143)
    expect(JSON.parse(died.stdout).run.status).toBe('cancelled')
  })
})
