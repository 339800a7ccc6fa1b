import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient, type RegiaClient } from '@regia/sdk'
import { createServer, type RegiaServer } from '@regia/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BIN, environment, regiaFailure, regiaJson, regia as runCommand } from '../../integration/regia-command.ts'
import { pythonOf } from '../python.ts'
import { type Server, startMlflow } from './mlflow-server.ts'

/** MLflow 3 keeps folders for those who say so. */
const ENVIRONMENT = { ...process.env, MLFLOW_ALLOW_FILE_STORE: 'true', MLFLOW_DISABLE_TELEMETRY: 'true' }

let folder: string
let regia: RegiaServer
let client: RegiaClient

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'regia-exchange-'))
  regia = await createServer({ home: join(folder, 'home'), projectDir: folder })
  client = createClient({ url: regia.url })
})

afterAll(async () => {
  await regia?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function python(script: string, ...args: readonly string[]): Promise<string> {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const options = { env: ENVIRONMENT, cwd: folder, maxBuffer: 1 << 26 }
  return (await promisify(execFile)(pythonOf('mlflow3'), [path, ...args], options)).stdout
}

const digest = async (uri: string): Promise<unknown> => JSON.parse(await python('digest.py', uri))

type Counted = { readonly found: number; readonly imported: number; readonly skipped: number }
type Report = Readonly<Record<'runs' | 'points' | 'loggedModels' | 'versions', Counted>> & {
  readonly problems: readonly string[]
}

const place = () => ({ cwd: folder, env: { REGIA_URL: regia.url } })
const command = (...args: readonly string[]) => regiaJson<Report>(place(), ...args)

/** Starts it and takes it away as soon as something has come over. */
async function killed(...args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [BIN, ...args], { ...place(), env: environment(place().env), stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  await expect
    .poll(async () => (await client.tracking.count({ lifecycle: 'all' })).total, { timeout: 60_000, interval: 5 })
    .toBeGreaterThan(2)
  child.kill('SIGKILL')
  await ended
}

describe('what an MLflow server holds', () => {
  let mlflow: Server

  beforeAll(async () => {
    mlflow = await startMlflow()
    await python('history.py', mlflow.url, folder)
  })

  afterAll(() => mlflow?.close())

  it('comes over whole, also after it was cut short, and only once', async () => {
    await killed('import', 'mlflow', mlflow.url)
    const first = await command('import', 'mlflow', mlflow.url)
    expect(first).toMatchObject({
      problems: [],
      runs: { found: 15 },
      loggedModels: { found: 3 },
      versions: { found: 2, imported: 2 },
    })
    const again = await command('import', 'mlflow', mlflow.url)
    expect(again).toMatchObject({
      problems: [],
      runs: { found: 15, imported: 0, skipped: 15 },
      points: { imported: 0 },
    })
    expect(again.versions).toEqual({ found: 2, imported: 0, skipped: 2 })
    expect((await client.tracking.count({ lifecycle: 'all' })).total).toBe(15)
    expect((await client.models.versions('line')).items.map(({ version }) => version)).toEqual([3, 1])
  })

  it('looks to the client as it did', async () => {
    expect(await digest(regia.url)).toEqual(await digest(mlflow.url))
  })

  it('leaves as a folder that the real client reads', async () => {
    const out = join(folder, 'out')
    await command('export', 'mlflow', out)
    expect(await digest(out)).toEqual(await digest(regia.url))
  })
})

describe('what an mlruns folder holds', () => {
  it('comes over as well', async () => {
    const here = join(folder, 'mlruns')
    await python('history.py', here, folder)
    const before = (await client.tracking.count({ lifecycle: 'all' })).total
    // Its versions have the numbers of those that came from the server, which is said and is no success.
    const { code, stdout } = await runCommand(place(), 'import', 'mlflow', here, '--json')
    const report = JSON.parse(stdout) as Report
    expect(code).toBe(1)
    expect(report.problems).toEqual([1, 3].map((number) => `model "line" version ${number}: another one is here`))
    expect(report).toMatchObject({
      runs: { found: 15, imported: 15 },
      loggedModels: { imported: 3 },
      points: { imported: 12 * 32 + 4 },
    })
    expect((await client.tracking.count({ lifecycle: 'all' })).total).toBe(before + 15)
  })

  it('is refused where it is none', async () => {
    const { error } = await regiaFailure(place(), 'import', 'mlflow', folder)
    expect(error).toMatchObject({ code: 'DATA_UNREADABLE', message: expect.stringContaining('holds no experiment') })
  })
})
