import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { createClient, type RegiaClient } from '@regia/sdk'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'regia.js')

/** A project's own server, for one test. */
export type ProjectServer = AsyncDisposable & {
  readonly url: string
  readonly client: RegiaClient
  /** Runs a `regia` command against it; gives what it says with `--json`. @throws Error with its words where it ends with another code than 0. */
  readonly regia: (...args: readonly string[]) => Promise<unknown>
  readonly close: () => Promise<void>
}

/**
 * Starts `regia up` for a project, with an empty home of its own that goes when it is closed: a system test.
 *
 * @param dir - The project's folder; default the working directory.
 * @throws Error with what the command said when it ends before it answers.
 * @example
 * await using project = await startProject()
 * await project.regia('run', 'train')
 * const { predictions } = await project.client.endpoints.predict('churn', { rows: [customer] })
 */
export async function startProject(dir: string = process.cwd()): Promise<ProjectServer> {
  const home = await mkdtemp(join(tmpdir(), 'regia-test-'))
  const { NODE_OPTIONS: _, REGIA_URL: __, REGIA_TOKEN: ___, REGIA_ENV: ____, ...rest } = process.env
  const env = { ...rest, REGIA_HOME: home, NO_COLOR: '1' }
  const server = start(['up', '--port', '0', '--json'], dir, env)
  const url = await Promise.race([firstUrl(server), server.ended.then(failed)])
  const close = async () => {
    server.child.kill('SIGTERM')
    await server.ended
    await rm(home, { recursive: true, force: true })
  }
  return {
    url,
    client: createClient({ url }),
    regia: async (...args) => {
      const { code, stdout, stderr } = await start([...args, '--json'], dir, { ...env, REGIA_URL: url }).ended
      if (code !== 0) throw new Error(`regia ${args.join(' ')} ended with ${code}:\n${stdout}${stderr}`)
      return JSON.parse(stdout)
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string }

function start(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [BIN, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { stdout: '', stderr: '' }
  child.stdout.on('data', (chunk: Buffer) => {
    said.stdout += chunk
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said.stderr += chunk
  })
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, ...said })))
  return { child, ended }
}

async function firstUrl({ child }: ReturnType<typeof start>): Promise<string> {
  const line = await new Promise<string>((resolve) => createInterface({ input: child.stdout }).once('line', resolve))
  const { url }: { url: string } = JSON.parse(line)
  return url
}

function failed({ code, stdout, stderr }: Ended): never {
  throw new Error(`regia up ended with ${code}:\n${stdout}${stderr}`)
}
