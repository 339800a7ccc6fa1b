import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRng, RegiaError } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deploy, graph, step } from '../../test/graphs.ts'
import { acquire, succeed } from '../../test/scripted-worker.ts'

const SERVE = join(import.meta.dirname, '..', '..', 'test', 'serve.ts')
const STEPS = 40
const KILLS = 5

type Process = { readonly client: RegiaClient; readonly kill: () => Promise<void> }

async function serve(projectDir: string): Promise<Process> {
  const args = ['--conditions=source', SERVE, join(projectDir, '.regia'), projectDir, '500']
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const kill = async () => {
    const ended = once(child, 'exit')
    if (child.kill('SIGKILL')) await ended
  }
  onTestFinished(kill)
  const [line] = await once(child.stdout!, 'data')
  return { client: createClient({ url: String(line).trim() }), kill }
}

describe('a server that is killed', () => {
  it('loses no step that it acknowledged, and finishes the run', async () => {
    const projectDir = mkdtempSync(join(tmpdir(), 'regia-kill-'))
    onTestFinished(() => rmSync(projectDir, { recursive: true, force: true }))
    const rng = createRng('kill')
    const acknowledged = new Map<string, number>()
    let runId: string | undefined
    let serial = 0

    /** Reports step after step until the server is gone or nothing is left. */
    const work = async (client: RegiaClient): Promise<void> => {
      for (;;) {
        const [lease] = (await client.leases.acquire({ worker: 'w', cpu: 1, memoryMb: 512, limit: 1, waitMs: 100 }))
          .steps
        if (!lease) {
          if ((await client.runs.get(runId!)).finishedAt !== undefined) return
          continue
        }
        const value = ++serial
        await client.leases.report(lease.stepRunId, { leaseToken: lease.leaseToken, ...succeed(value) })
        expect(acknowledged.has(lease.step), `${lease.step} is not done twice`).toBe(false)
        acknowledged.set(lease.step, value)
      }
    }

    for (let round = 0; round <= KILLS; round++) {
      const { client, kill } = await serve(projectDir)
      if (runId === undefined) {
        await deploy(
          client,
          graph(
            'long',
            Array.from({ length: STEPS }, (_, i) => step(`s${i}`)),
          ),
        )
        runId = (await client.pipelines.run('long')).id
      }
      const working = work(client).catch((error: unknown) => error)
      if (round < KILLS) {
        await new Promise((resolve) => setTimeout(resolve, 5 + rng.integer(40)))
        await kill()
      }
      const ended = await working
      if (ended instanceof RegiaError) expect(ended.code).toBe('UNAVAILABLE')
      else if (ended !== undefined) expect(String(ended)).toMatch(/fetch|terminated|socket/)
      if (round === KILLS) {
        const run = await client.runs.get(runId)
        expect(run.status).toBe('succeeded')
        for (const [id, value] of acknowledged) {
          expect(run.steps.find((each) => each.step === id)?.outputs.out?.value, id).toBe(value)
        }
        expect(await acquire(client)).toEqual([])
      }
    }
    expect(acknowledged.size).toBeGreaterThan(KILLS)
  })
})
