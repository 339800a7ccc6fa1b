import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { isErrorCode, RegiaError } from '@regia/core'
import { z } from 'zod'
import type { Environment } from '../project/environment.ts'
import { findLiveOwner } from '../project/home.ts'

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'regia.js')
const PATIENCE_MS = 15_000
const PAUSE_MS = 100

const startedSchema = z.object({ url: z.url() })
const failedSchema = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().optional(), where: z.string().optional() }),
})

/**
 * The address of the home's owner; where it has none, a server is started in a process of its own that ends after this one does. Of its own,
 * so that a script that computes without a pause keeps nobody waiting, and what it logged last can still be sent while it exits.
 *
 * @throws RegiaError `HOME_LOCKED`, `HOME_NOT_WRITABLE`, `CONFIG_INVALID` as `regia up` does.
 */
export async function reachHome(home: string, workingDir: string, environment: Environment): Promise<string> {
  for (const untilMs = Date.now() + PATIENCE_MS; ; await wait(PAUSE_MS)) {
    const owner = await findLiveOwner(home, environment.token)
    if (owner) return owner.url
    try {
      return await startKeeper(home, workingDir)
    } catch (error) {
      // Another script may have been quicker, or a server may just be ending.
      if (!(error instanceof RegiaError) || error.code !== 'HOME_LOCKED' || Date.now() > untilMs) throw error
    }
  }
}

function startKeeper(home: string, workingDir: string): Promise<string> {
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [BIN, 'up', '--port', '0', '--roles', 'api', '--json'], {
    cwd: workingDir,
    env: { ...env, REGIA_HOME: home },
    // It ends when this channel does, and hears no Ctrl-C: it must live until the last logs have come.
    stdio: ['ignore', 'pipe', 'ignore', 'ipc'],
    detached: true,
  })
  const stdout = child.stdout! // 'pipe' above
  return new Promise((resolve, reject) => {
    const fail = (line: string) => reject(failureOf(line, home))
    child.once('error', (error) => fail(error.message))
    child.once('exit', (code) => fail(`It ended with ${code}.`))
    createInterface({ input: stdout }).once('line', (line) => {
      const started = startedSchema.safeParse(parseOrNothing(line))
      if (!started.success) return fail(line)
      // From here on it keeps nobody alive.
      child.unref()
      child.channel?.unref()
      if ('unref' in stdout && typeof stdout.unref === 'function') stdout.unref()
      resolve(started.data.url)
    })
  })
}

function failureOf(line: string, home: string): RegiaError {
  const failed = failedSchema.safeParse(parseOrNothing(line))
  if (failed.success && isErrorCode(failed.data.error.code)) {
    const { code, message, hint, where } = failed.data.error
    return new RegiaError(code, message, { ...(hint !== undefined && { hint }), ...(where !== undefined && { where }) })
  }
  return new RegiaError('UNAVAILABLE', `No server could be started for this home: ${line}`, {
    where: home,
    hint: 'Start one with "regia up" and look what it says, or set REGIA_URL to where one listens.',
  })
}

function parseOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
