import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import { createClient } from '@regia/sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import { allRuns, bytes, history, readEverything } from '../../test/garbage-history.ts'
import { startServer } from '../../test/start-server.ts'

describe('garbage collection under SIGKILL', () => {
  const SERVE = join(import.meta.dirname, '..', '..', 'test', 'serve.ts')

  /** A server on the machine's clock, for which all of this history is old. */
  async function serve(home: string, projectDir: string) {
    const args = ['--conditions=source', SERVE, home, projectDir]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    const kill = async () => {
      const ended = once(child, 'exit')
      if (child.kill('SIGKILL')) await ended
    }
    onTestFinished(kill)
    const [line] = await once(child.stdout, 'data')
    return { client: createClient({ url: String(line).trim() }), kill }
  }

  it('loses nothing that it keeps, and ends what it began', async () => {
    const server = await startServer()
    await history(server, 7)
    for (let i = 0; i < 300; i++) await server.client.blobs.write(bytes(`garbage ${i}`))
    const kept = { keepRuns: 5, keepDays: 1, keepCacheDays: 1, dryRun: false }
    await server.server.close()
    for (const afterMs of [2, 6, 12, 25]) {
      const { client, kill } = await serve(server.home, server.projectDir)
      await readEverything(client)
      const asked = client.collectGarbage(kept).catch(() => undefined)
      await new Promise((done) => setTimeout(done, afterMs))
      await kill()
      await asked
    }
    const { client, kill } = await serve(server.home, server.projectDir)
    await client.collectGarbage(kept)
    expect(await client.collectGarbage(kept)).toMatchObject({ runs: 0, blobs: 0 })
    expect(await client.blobs.exists(digestOf('garbage 7'))).toBe(false)
    const runs = await allRuns(client)
    expect(runs.length).toBeLessThanOrEqual(11)
    expect(await readEverything(client)).toBeGreaterThan(0)
    await kill()
  })
})
