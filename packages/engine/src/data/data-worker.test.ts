import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDataWorker } from './index.ts'

const ONE = { sql: 'SELECT 1 AS n', tables: {} }
const LONG = {
  sql: 'SELECT count(*) AS n FROM range(3000000) a, range(100000) b WHERE a.range * b.range = 7',
  tables: {},
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'worker-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('createDataWorker', () => {
  it('starts with the first call and ends when idle, then starts again', async () => {
    const worker = createDataWorker({ tempDir: folder, idleMs: 50 })
    expect(worker.pid()).toBeUndefined()
    await worker.queryRows(ONE)
    const first = worker.pid() ?? 0
    await expect.poll(() => isAlive(first), { timeout: 5000 }).toBe(false)
    expect(await worker.queryRows(ONE)).toEqual([{ n: 1 }])
    await worker.close()
  })

  it('fails what is under way when the child is killed, and works on', async () => {
    const worker = createDataWorker({ tempDir: folder })
    await worker.queryRows(ONE)
    const lost = worker.queryRows(LONG)
    process.kill(worker.pid() ?? 0, 'SIGKILL')
    await expect(lost).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The data process ended (SIGKILL) while "queryRows" was under way.',
    })
    expect(await worker.queryRows(ONE)).toEqual([{ n: 1 }])
    await worker.close()
  })

  it('reports progress and brings errors with their code', async () => {
    const worker = createDataWorker({ tempDir: folder })
    const path = join(folder, 'absent.csv')
    await expect(worker.columns(path)).rejects.toMatchObject({
      name: 'RegiaError',
      code: 'DATA_UNREADABLE',
      where: path,
    })
    await worker.query({ ...ONE, outputPath: join(folder, 'one.parquet') })
    const fractions: number[] = []
    await worker.ingest(
      {
        sourcePath: join(folder, 'one.parquet'),
        outputPath: join(folder, 'v.parquet'),
        quarantinePath: join(folder, 'q'),
      },
      ({ fraction }) => fractions.push(fraction),
    )
    expect(fractions.at(-1)).toBe(1)
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b))
    await worker.close()
  })

  it('neither keeps its parent alive nor outlives it', async () => {
    const program = `
      import { createDataWorker } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
      const worker = createDataWorker({ tempDir: ${JSON.stringify(folder)} })
      await worker.queryRows(${JSON.stringify(ONE)})
      console.log(worker.pid())`
    const args = ['--conditions=source', '--input-type=module', '-e', program]
    const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 20_000 })
    await expect.poll(() => isAlive(Number(stdout)), { timeout: 5000 }).toBe(false)
  })
})
