import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { ErrorBody } from '@regia/core'

export const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url))
export const BIN = join(CHECKOUT, 'packages/regia/bin/regia.js')

export type Finished = { readonly code: number | null; readonly stdout: string; readonly stderr: string }
export type Place = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> }

/** Node without the conditions and flags of the test runner, and without a home or server of the person who tests. */
export function environment(extra: Place['env'] = {}): NodeJS.ProcessEnv {
  const {
    NODE_OPTIONS: _,
    REGIA_HOME: __,
    REGIA_URL: ___,
    REGIA_TOKEN: ____,
    REGIA_ENV: ______,
    FORCE_COLOR: _____,
    ...rest
  } = process.env
  return { ...rest, NO_COLOR: '1', ...extra }
}

/** Runs the built `regia` command to its end, as a person would. */
export function regia(place: Place, ...args: readonly string[]): Promise<Finished> {
  return finish(
    spawn(process.execPath, [BIN, ...args], {
      cwd: place.cwd,
      env: environment(place.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

export function finish(child: ChildProcess): Promise<Finished> {
  const output = { stdout: '', stderr: '' }
  child.stdout?.on('data', (chunk) => {
    output.stdout += chunk
  })
  child.stderr?.on('data', (chunk) => {
    output.stderr += chunk
  })
  return new Promise((done) => child.once('close', (code) => done({ code, ...output })))
}

/** What the command says with `--json`; fails the test with its words where it fails. */
export async function regiaJson<Result>(place: Place, ...args: readonly string[]): Promise<Result> {
  const { code, stdout, stderr } = await regia(place, ...args, '--json')
  if (code !== 0) throw new Error(`regia ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
  return JSON.parse(stdout)
}

/** The error of a command that must fail. */
export async function regiaFailure(
  place: Place,
  ...args: readonly string[]
): Promise<{ code: number | null; error: ErrorBody }> {
  const { code, stdout, stderr } = await regia(place, ...args, '--json')
  if (code === 0) throw new Error(`regia ${args.join(' ')} succeeded:\n${stdout}`)
  try {
    return { code, error: JSON.parse(stdout).error }
  } catch {
    throw new Error(`regia ${args.join(' ')} ended with ${code} and said no JSON:\n${stdout}${stderr}`)
  }
}

export type Up = {
  readonly url: string
  readonly pid: number
  readonly grpcPort?: number
  readonly stop: () => Promise<Finished>
}

/** A `regia up` on a free port, once it answers. */
export async function regiaUp(place: Place, ...args: readonly string[]): Promise<Up> {
  const child = spawn(process.execPath, [BIN, 'up', '--port', '0', '--json', ...args], {
    cwd: place.cwd,
    env: environment(place.env),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const finished = finish(child)
  const line = await Promise.race([
    new Promise<string>((said) => createInterface({ input: child.stdout! }).once('line', said)),
    finished.then(({ code, stdout, stderr }) => {
      throw new Error(`regia up ended with ${code}:\n${stdout}${stderr}`)
    }),
  ])
  const said: Omit<Up, 'stop'> = JSON.parse(line)
  return {
    ...said,
    stop: () => {
      child.kill('SIGTERM')
      return finished
    },
  }
}

/** A folder of its own for a test, outside of the checkout. */
export async function temporaryFolder(): Promise<{ readonly dir: string; readonly remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'regia-test-'))
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) }
}

/** The penguins project, copied into a folder without packages: the product that runs answers to `import … from 'regia'`. */
export async function penguinsProject(): Promise<{ readonly dir: string; readonly remove: () => Promise<void> }> {
  const folder = await temporaryFolder()
  await cp(join(CHECKOUT, 'examples/penguins'), folder.dir, {
    recursive: true,
    filter: (path) => !/node_modules|\.regia|package\.json$/.test(path.slice(CHECKOUT.length)),
  })
  return folder
}
