import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { createClient, type RegiaClient } from '@regia/sdk'

export const ROOT = path.resolve(import.meta.dirname, '..')
export const BIN = path.join(ROOT, 'packages/regia/bin/regia.js')

export type RegiaProcess = {
  readonly pid: number
  readonly url: string
  readonly client: RegiaClient
  readonly readyAfterMs: number
  readonly stop: () => Promise<void>
}

/**
 * Starts `regia up` for a project and waits for `/health`. Its home is gone when it stops.
 *
 * @param options - Of the command, such as `--env prod`.
 * @param home - One that is filled already; a new one where absent.
 */
export async function startRegia(
  projectDir: string,
  options: readonly string[] = [],
  home = temporaryFolder(),
): Promise<RegiaProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const startedAt = performance.now()
  const child = spawn(process.execPath, [BIN, 'up', '--port', String(port), ...options], {
    cwd: projectDir,
    env: { ...process.env, REGIA_HOME: home, REGIA_URL: '' },
    stdio: 'ignore',
  })
  await waitForHealth(url, child)
  const readyAfterMs = performance.now() - startedAt
  return { pid: child.pid!, url, client: createClient({ url }), readyAfterMs, stop: () => stop(child, home) }
}

/** Runs a `regia` command against a running server and returns what it printed with `--json`. */
export async function regia(projectDir: string, url: string, args: readonly string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(process.execPath, [BIN, ...args, '--json'], {
    cwd: projectDir,
    env: { ...process.env, REGIA_URL: url },
    maxBuffer: 1 << 26,
  })
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? 'null')
}

export const temporaryFolder = (): string => mkdtempSync(path.join(tmpdir(), 'regia-bench-'))

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || !address) throw new Error('unreachable: a TCP server has a port')
  return address.port
}

async function waitForHealth(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 3000; tries++) {
    if (child.exitCode !== null) throw new Error(`regia up ended with exit code ${child.exitCode}`)
    const isUp = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isUp) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error(`regia up did not answer ${url}/health within 30 s`)
}

async function stop(child: ChildProcess, home: string): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
  rmSync(home, { recursive: true, force: true })
}
