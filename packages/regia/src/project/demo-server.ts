import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type ErrorBody, isErrorCode, RegiaError } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import type { Environment } from './environment.ts'
import type { Project } from './find-project.ts'
import { findLiveOwner } from './home.ts'

export type DemoServer = {
  readonly client: RegiaClient
  readonly url: string
  readonly home: string
  /** Ends the server where it was started here. */
  readonly stop: () => Promise<void>
}

type Request = {
  readonly project: Project
  readonly home: string
  readonly environment: Environment
  readonly port: number | undefined
}

const USUAL_PORT = 4300
const PROGRAM = fileURLToPath(new URL('../../bin/regia.js', import.meta.url))
/** Marks a home that a demo made and the next one may therefore empty. */
const MARK = 'demo.json'

/** The server for a demo: the one at REGIA_URL, the home's live owner, or a `regia up` of its own over an empty home. */
export async function demoServer(request: Request): Promise<DemoServer> {
  const { environment, home } = request
  const client = (url: string) =>
    createClient({ url, ...(environment.token !== undefined && { token: environment.token }) })
  const stop = async () => {}
  if (environment.url) return { client: client(environment.url), url: environment.url, home, stop }
  const owner = await findLiveOwner(home, environment.token)
  if (owner) return { client: owner.client, url: owner.url, home, stop }
  await emptyHome(home)
  const started = await startOnSomePort(request)
  return { client: client(started.url), url: started.url, home, stop: () => end(started.child) }
}

/** A story starts from nothing. What an earlier demo left is removed; what a person made is not. */
async function emptyHome(home: string): Promise<void> {
  if (existsSync(join(home, 'regia.db')) && !existsSync(join(home, MARK))) {
    throw new RegiaError('CONFLICT', 'This home holds work that is not of a demo.', {
      where: home,
      hint: 'Give the demo another one with REGIA_HOME, or start "regia up" first to tell the story in this one.',
    })
  }
  await rm(home, { recursive: true, force: true })
  await mkdir(home, { recursive: true })
  await writeFile(join(home, MARK), `${JSON.stringify({ madeBy: 'regia demo' })}\n`)
}

/** The usual port where it is free and none was asked for, else any. */
async function startOnSomePort(request: Request): Promise<{ url: string; child: ChildProcess }> {
  if (request.port !== undefined) return start(request, request.port)
  try {
    return await start(request, USUAL_PORT)
  } catch (error) {
    if (error instanceof RegiaError && error.code === 'PORT_IN_USE') return start(request, 0)
    throw error
  }
}

async function start(
  { project, home, environment }: Request,
  port: number,
): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [PROGRAM, 'up', '--port', String(port), '--json'], {
    cwd: project.dir,
    env: { ...process.env, REGIA_HOME: home, ...(environment.name !== undefined && { REGIA_ENV: environment.name }) },
    // Through the channel the server learns that this process is gone, however it went.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    // Ctrl-C reaches the whole group; the demo must first end its story and then end the server itself.
    detached: true,
  })
  const reply = await firstLine(child)
  if ('url' in reply) return { url: reply.url, child }
  throw RegiaError.fromBody(reply.error)
}

/** What `regia up --json` says first: where it listens, or why it does not. */
async function firstLine(child: ChildProcess): Promise<{ url: string } | { error: ErrorBody }> {
  for await (const line of createInterface({ input: child.stdout! })) {
    const said: { url?: string; error?: ErrorBody } = JSON.parse(line)
    if (said.url) return { url: said.url }
    if (said.error && isErrorCode(said.error.code)) return { error: said.error }
  }
  return {
    error: {
      code: 'UNAVAILABLE',
      message: `The control room ended before it was ready (${child.signalCode ?? `exit code ${child.exitCode}`}).`,
      hint: 'Its last words stand above.',
    },
  }
}

function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise((done) => {
    child.once('exit', () => done())
    child.kill('SIGTERM')
  })
}
