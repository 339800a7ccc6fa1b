import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, type RegiaClient } from '@regia/sdk'
import { onTestFinished } from 'vitest'
import { createServer, type RegiaServer, type ServerOptions } from '../src/app.ts'

/** A clock that moves only when told to. */
export type ManualClock = { readonly now: () => number; readonly advance: (ms: number) => void }

export function manualClock(start = Date.parse('2026-03-01T00:00:00Z')): ManualClock {
  let ms = start
  return {
    now: () => ms,
    advance: (by) => {
      ms += by
    },
  }
}

export type TestServer = {
  readonly server: RegiaServer
  readonly client: RegiaClient
  readonly projectDir: string
  readonly home: string
  readonly clock: ManualClock
  /** Closes it and opens the same folder again, as after a stop of the process. */
  readonly restart: () => Promise<TestServer>
}

/** A real server on a free port over a folder of its own, gone when the test is. */
export async function startServer(options: Partial<ServerOptions> = {}): Promise<TestServer> {
  const projectDir = mkdtempSync(join(tmpdir(), 'regia-server-'))
  onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
  return open(projectDir, manualClock(), options)
}

async function open(projectDir: string, clock: ManualClock, options: Partial<ServerOptions>): Promise<TestServer> {
  const home = join(projectDir, '.regia')
  const server = await createServer({ home, projectDir, clock: clock.now, operator: 'ada', ...options })
  onTestFinished(() => server.close())
  const restart = async () => {
    await server.close()
    return open(projectDir, clock, options)
  }
  return { server, client: createClient({ url: server.url }), projectDir, home, clock, restart }
}
