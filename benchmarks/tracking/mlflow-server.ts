import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { freePort, temporaryFolder } from '../regia-process.ts'

export type MlflowServer = {
  readonly url: string
  readonly database: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

/**
 * The real `mlflow server` on SQLite, as it is started by default but for one worker: with several, SQLite's one writer makes it slower.
 *
 * @param seed - Fills its database while it is down.
 */
export async function startMlflow(python: string, seed?: (database: string) => void): Promise<MlflowServer> {
  const folder = temporaryFolder()
  const database = path.join(folder, 'mlflow.db')
  if (seed) {
    // It makes its tables itself, at its first start.
    await (await start(python, folder, database)).end()
    seed(database)
  }
  const { url, pid, end } = await start(python, folder, database)
  const stop = async () => {
    await end()
    rmSync(folder, { recursive: true, force: true })
  }
  return { url, database, pid, stop }
}

const PATIENCE_MS = 180_000

async function start(python: string, folder: string, database: string) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const where = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1']
  const stores = ['--backend-store-uri', `sqlite:///${database}`, '--artifacts-destination', path.join(folder, 'files')]
  const child = spawn(python, ['-m', 'mlflow', 'server', ...where, ...stores], {
    cwd: folder,
    env: { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' },
    stdio: 'ignore',
    detached: true,
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const end = async () => {
    // Its workers are children of its own: the whole group ends.
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await ended
  }
  for (const until = Date.now() + PATIENCE_MS; Date.now() < until; ) {
    const reply = await fetch(`${url}/health`).catch(() => undefined)
    if (reply?.ok) return { url, pid: child.pid!, end }
    if (child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await end()
  throw new Error('mlflow server did not start')
}
