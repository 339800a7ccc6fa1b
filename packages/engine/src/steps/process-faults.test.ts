import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Digest, LeaseReport } from '@regia/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PHASES } from '../../../../tests/fixtures/steps/dying-worker.ts'
import type { Asked, Deployed } from '../../../../tests/fixtures/steps/fake-control-plane.ts'
import { deployTo, outputsOf, until, withWorker } from '../../../../tests/fixtures/steps/worker-at-work.ts'
import { folderBlobStore } from '../blobs/index.ts'
import { listGroup } from './command/process-group.ts'

let home: string
let deployed: { readonly code: Deployed; readonly command: Deployed }

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'regia-faults-'))
  deployed = { code: await deployTo(home, 'steps.ts'), command: await deployTo(home, 'programs.ts') }
})

afterAll(() => rm(home, { recursive: true, force: true }))

const DYING = fileURLToPath(new URL('../../../../tests/fixtures/steps/dying-worker.ts', import.meta.url))

describe.each(['code', 'command'] as const)('a worker that is killed while it runs a %s step', (kind) => {
  it.each(PHASES)(
    'at "%s" leaves no process, loses nothing that was acknowledged, and the step runs again',
    async (phase) => {
      const { step, inputs } = await attemptOf(kind)
      const folder = await mkdtemp(join(home, 'killed-'))
      const [deployedPath, acknowledgedPath] = [join(folder, 'deployed.json'), join(folder, 'acknowledged.json')]
      await writeFile(deployedPath, JSON.stringify({ ...deployed[kind], inputs }))
      const args = ['--conditions=source', DYING, home, deployedPath, step, phase, acknowledgedPath]
      const worker = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
      const groups = new Set<number>()
      const watch = setInterval(
        () =>
          void childrenOf(worker.pid!).then((pids) => {
            for (const pid of pids) groups.add(pid)
          }),
        10,
      )
      const signal = await new Promise((resolve) => worker.once('exit', (_, name) => resolve(name)))
      clearInterval(watch)
      expect(signal).toBe('SIGKILL')

      const acknowledged = await readFile(acknowledgedPath, 'utf8').catch(() => undefined)
      expect(acknowledged !== undefined).toBe(phase === 'acknowledged')
      if (acknowledged !== undefined) await expectKept(JSON.parse(acknowledged))
      await until(async () => (await Promise.all([...groups].map(listGroup))).flat().length === 0)

      const { report } = await withWorker(home, deployed[kind], (plane) => plane.ask(step, { inputs }))
      await expectKept(report)
      expect(await readdir(join(home, 'work'))).toEqual([])
    },
  )
})

async function attemptOf(kind: 'code' | 'command'): Promise<{ step: string; inputs: NonNullable<Asked['inputs']> }> {
  const made = await withWorker(home, deployed.code, (plane) => plane.ask('rows'))
  const { t } = outputsOf(made.report)
  const table = { type: { kind: 'table' as const }, artifacts: [t!], isList: false }
  return kind === 'code' ? { step: 'double', inputs: { t: table } } : { step: 'copy', inputs: { rows: table } }
}

/** Every output that a report names is there, whole. */
async function expectKept(report: LeaseReport): Promise<void> {
  const blobs = folderBlobStore(join(home, 'blobs'))
  const outputs = Object.values(outputsOf(report)).filter(({ kind }) => kind !== 'value')
  expect(outputs.length).toBeGreaterThan(0)
  for (const { digest, sizeBytes } of outputs) expect((await blobs.read(digest as Digest)).byteLength).toBe(sizeBytes)
}

/** Step processes lead groups of their own. */
async function childrenOf(pid: number): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return children.split(' ').filter(Boolean).map(Number)
}

const disk = mountSmallDisk(24)

describe(disk ? 'a full disk' : 'a full disk (left out: this user may not mount a small tmpfs)', () => {
  afterAll(() => {
    if (disk) execFileSync('umount', ['-l', disk])
  })

  it.skipIf(!disk)('fails what writes, says so, and lets the next step run', async () => {
    const small = await deployTo(disk!, 'steps.ts')
    const programs = await deployTo(disk!, 'programs.ts')
    const run = (where: Deployed, step: string) => withWorker(disk!, where, (plane) => plane.ask(step))
    for (const [where, step] of [
      [small, 'fill-disk'],
      [small, 'big-table'],
      [programs, 'fill-disk'],
    ] as const) {
      const { report } = await run(where, step)
      expect(report).toMatchObject({
        status: 'failed',
        isRetryable: true,
        error: {
          code: expect.stringMatching(/USER_CODE_FAILED|HOME_NOT_WRITABLE/),
          message: expect.stringMatching(/ENOSPC|no space left/i),
          hint: expect.stringMatching(/free some space/),
          data: { step, attempt: 1 },
        },
      })
      expect((await run(small, 'add')).report.status).toBe('succeeded')
    }
  })

  it.skipIf(!disk)('is said of the worker’s own files too, as a fault that may pass', async () => {
    const small = await deployTo(disk!, 'steps.ts')
    const ballast = join(disk!, 'ballast')
    const { report } = await withWorker(disk!, small, async (plane) => {
      fillWith(ballast)
      return plane.ask('add')
    })
    expect(report).toMatchObject({
      isRetryable: true,
      error: {
        code: 'UNAVAILABLE',
        hint: expect.stringContaining('The disk of the worker is full'),
        where: 'step "add", attempt 1',
      },
    })
    await rm(ballast)
    expect((await withWorker(disk!, small, (plane) => plane.ask('add'))).report.status).toBe('succeeded')
  })
})

/** @returns Where a disk of so many megabytes is mounted; undefined where that is not allowed. */
function mountSmallDisk(megabytes: number): string | undefined {
  const dir = mkdtempSync(join(tmpdir(), 'regia-disk-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'ignore' })
    return dir
  } catch {
    return undefined
  }
}

function fillWith(path: string): void {
  try {
    execFileSync('dd', ['if=/dev/zero', `of=${path}`, 'bs=64k'], { stdio: 'ignore' })
  } catch {
    // That it ends with an error is the point.
  }
}

describe('a step of ours', () => {
  it('that runs out of its heap is told so with its attempt; the next one runs', async () => {
    await withWorker(home, deployed.code, async (plane) => {
      const { report } = await plane.ask('memory', { memoryMb: 64, attempt: 4 })
      expect(report).toMatchObject({
        isRetryable: true,
        error: {
          code: 'STEP_CRASHED',
          where: 'step "memory", attempt 4',
          hint: expect.stringContaining('It ran out of its 64 MB of memory: raise resources.memoryMb'),
        },
      })
      expect((await plane.ask('add')).report.status).toBe('succeeded')
    })
  })

  it('that exits with 137 is told of memory', async () => {
    const { report } = await withWorker(home, deployed.code, (plane) => plane.ask('exit-137'))
    expect(report).toMatchObject({
      error: {
        code: 'STEP_CRASHED',
        message: expect.stringContaining('exit code 137'),
        hint: expect.stringContaining('want of memory'),
      },
    })
  })

  it('that says 100 MB in lines costs no lease and little memory', async () => {
    const before = process.memoryUsage.rss()
    const { report, lines } = await withWorker(home, deployed.code, (plane) => plane.ask('chatter-3'))
    expect(report.status).toBe('succeeded')
    expect(lines.length).toBeLessThan(20_010)
    expect(lines.at(-1)).toMatch(
      /^system: 1000000 lines \(\d+\.\d million characters\) were written; the last \d+ are not kept\.$/,
    )
    expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(200)
  })

  it('that does not heed the end of its time is told what to change', async () => {
    const { report } = await withWorker(home, deployed.code, (plane) =>
      plane.ask('spin', { timeoutMs: 1_500, attempt: 2 }),
    )
    expect(report).toMatchObject({
      error: {
        code: 'STEP_TIMED_OUT',
        where: 'step "spin", attempt 2',
        hint: 'Give it more time (timeout: "2h") or less work; report progress to see how far it comes.',
      },
    })
  })
})
