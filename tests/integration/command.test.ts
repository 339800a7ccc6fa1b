import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Page, Run, RunSummary } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BIN, environment, finish, regia, regiaFailure, regiaJson, temporaryFolder } from './regia-command.ts'

const SLOW = `
import { pipeline, step, z } from 'regia'

export const wait = step({
  name: 'wait',
  in: { ms: z.number() },
  out: { waited: z.number() },
  run: async ({ ms }, ctx) => {
    ctx.log('waiting')
    await new Promise((resolve) => setTimeout(resolve, ms))
    return { waited: ms }
  },
})

export const fail = step({
  name: 'fail',
  in: {},
  out: { nothing: z.number() },
  run: () => {
    throw new Error('the cat sat on the keyboard')
  },
})

export const slow = pipeline('slow', { ms: z.number().default(60000) }, (p) => wait({ ms: p.ms }))
export const failing = pipeline('failing', {}, () => fail({}))
`

describe('the regia command', { timeout: 60_000 }, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let place: { cwd: string }

  beforeAll(async () => {
    folder = await temporaryFolder()
    place = { cwd: folder.dir }
    await mkdir(join(folder.dir, 'pipelines'))
    await writeFile(join(folder.dir, 'pipelines/slow.ts'), SLOW)
  })
  afterAll(() => folder.remove())

  it('says which Node it needs before it loads anything', async () => {
    const old = `data:text/javascript,${encodeURIComponent("Object.defineProperty(process.versions, 'node', { value: '20.20.2' })")}`
    const child = spawn(process.execPath, ['--import', old, BIN, 'up'], { stdio: ['ignore', 'pipe', 'pipe'] })
    const { code, stderr } = await finish(child)
    expect(code).toBe(5)
    expect(stderr).toContain('Regia needs Node 22.18 or newer, and this is Node 20.20.2')
  })

  it('shows help in less than 150 ms of CPU over a bare Node', async () => {
    // CPU time, since a busy machine lengthens the other kind.
    const cpuMs = async (rest: string) => {
      const timed = `TIMEFORMAT='%U %S'; time "${process.execPath}" ${rest} > /dev/null`
      const { stderr } = await finish(
        spawn('bash', ['-c', timed], { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] }),
      )
      return stderr
        .trim()
        .split(' ')
        .reduce((sum, seconds) => sum + 1000 * Number(seconds), 0)
    }
    const best = async (rest: string) => Math.min(await cpuMs(rest), await cpuMs(rest), await cpuMs(rest))
    expect((await best(`"${BIN}" --help`)) - (await best('-e 0'))).toBeLessThan(150)
  })

  it('writes no control characters into a pipe', async () => {
    const { stdout } = await regia({ cwd: folder.dir, env: { NO_COLOR: '' } }, 'run', 'slow', '--param', 'ms=1')
    expect(stdout).toContain('slow #1 succeeded')
    expect(stdout).not.toContain('\u001b')
  })

  it('shows what user code threw, with its line', async () => {
    const { code, stdout } = await regia(place, 'run', 'failing')
    expect(code).toBe(1)
    expect(stdout).toContain('the cat sat on the keyboard')
    expect(stdout).toMatch(/pipelines\/slow\.ts:\d+/)
    const failed = await regia(place, 'run', 'failing', '--json')
    expect(failed.code).toBe(1)
    const run: Run = JSON.parse(failed.stdout)
    expect(run).toMatchObject({ status: 'failed', steps: [{ status: 'failed', error: { code: 'USER_CODE_FAILED' } }] })
    expect((await regia(place, 'runs', 'logs', 'slow#1')).stdout).toContain('wait  waiting')
  })

  it('cancels its run and ends at Ctrl-C', async () => {
    const child = spawn(process.execPath, [BIN, 'run', 'slow'], {
      cwd: folder.dir,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const finished = finish(child)
    await new Promise((said) => createInterface({ input: child.stdout! }).once('line', said))
    child.kill('SIGINT')
    expect((await finished).code).toBe(130)
    const { items } = await regiaJson<Page<RunSummary>>(place, 'runs', 'list', '--limit', '1')
    expect(items[0]).toMatchObject({ pipeline: 'slow', status: 'cancelled' })
  })

  it('refuses a name that is declared twice', async () => {
    await mkdir(join(folder.dir, 'endpoints'))
    const endpoint = `import { endpoint } from 'regia'\nexport default endpoint({ name: 'twin', stable: 'slow@champion' })\n`
    for (const name of ['a', 'b']) await writeFile(join(folder.dir, `endpoints/${name}.ts`), endpoint)
    const { code, error } = await regiaFailure(place, 'apply')
    expect(code).toBe(2)
    expect(error.message).toBe('The endpoint "twin" is declared twice: in endpoints/a.ts and in endpoints/b.ts.')
  })

  it('ends quietly when nobody reads on', async () => {
    const command = `"${process.execPath}" "${BIN}" runs list | head -c 1; echo " \${PIPESTATUS[0]}"`
    const child = spawn('bash', ['-c', command], {
      cwd: folder.dir,
      env: environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const { stdout, stderr } = await finish(child)
    expect(stdout.trimEnd().endsWith(' 0')).toBe(true)
    expect(stderr).toBe('')
  })
})
