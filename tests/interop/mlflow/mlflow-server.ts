import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pythonOf } from '../python.ts'

export type Server = { readonly url: string; readonly close: () => Promise<void> }

/** The real `mlflow server`, one worker, on SQLite, with nothing in it. */
export async function startMlflow(): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'regia-mlflow-'))
  const port = await freePort()
  const args = ['-m', 'mlflow', 'server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1']
  const stores = [
    '--backend-store-uri',
    `sqlite:///${join(folder, 'm.db')}`,
    '--artifacts-destination',
    join(folder, 'a'),
  ]
  const environment = { ...process.env, MLFLOW_DISABLE_TELEMETRY: 'true', MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false' }
  const child = spawn(pythonOf('mlflow3'), [...args, ...stores], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: 'ignore',
  })
  const ended = once(child, 'exit')
  const close = async () => {
    // Uvicorn's workers are its children, so the whole group ends.
    if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  const url = `http://127.0.0.1:${port}`
  try {
    await waitForHealth(url, () => child.exitCode)
  } catch (error) {
    await close()
    throw error
  }
  return { url, close }
}

const PATIENCE_MS = 150_000

async function waitForHealth(url: string, exitCode: () => number | null): Promise<void> {
  const until = Date.now() + PATIENCE_MS
  while (Date.now() < until) {
    if (exitCode() !== null) throw new Error(`mlflow server ended with ${exitCode()} before it answered.`)
    const reply = await fetch(`${url}/health`).catch(() => undefined)
    if (reply?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`mlflow server did not answer within ${PATIENCE_MS / 1000} s.`)
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  probe.close()
  await once(probe, 'close')
  return port
}
