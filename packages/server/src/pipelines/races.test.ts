import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { digestOf } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { graph, step } from '../../test/graphs.ts'
import { openService } from '../../test/open-service.ts'
import { PLENTY, succeed } from '../../test/scripted-worker.ts'
import { startServer } from '../../test/start-server.ts'
import { createServer } from '../app.ts'

const LEASE_ALL = join(import.meta.dirname, '..', '..', 'test', 'lease-all.ts')
const STEPS = 60

type Leased = readonly (readonly [string, number])[]

/** A process that leases and reports steps of a run until it is over, once it is told to begin; gives what it leased, with the tokens. */
async function leaseAll(path: string, runId: string, name: string): Promise<() => Promise<Leased>> {
  const args = ['--conditions=source', LEASE_ALL, path, runId, name]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  return async () => {
    child.stdin.write('begin\n')
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
    expect(code).toBe(0)
    const lines = said.trim().split('\n').filter(Boolean)
    return lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])] as const)
  }
}

describe('two control planes', () => {
  it('cannot have one home', async () => {
    const { home, projectDir } = await startServer()
    await expect(createServer({ home, projectDir })).rejects.toMatchObject({ code: 'HOME_LOCKED' })
  })

  it('that had one database all the same would give no step out twice', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'regia-race-'))
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    const path = join(dir, 'regia.db')
    const { service, close } = await openService(path)
    const steps = Array.from({ length: STEPS }, (_, i) => step(`s${i}`))
    await service.deploy({ graph: graph('race', steps), bundleDigest: digestOf(''), projectDir: '/' })
    const { id } = await service.startRun({ pipeline: 'race', trigger: { kind: 'person', by: 'ada' } })
    const ready = await Promise.all(['one', 'other'].map((name) => leaseAll(path, id, name)))
    const both = await Promise.all(ready.map((begin) => begin()))
    const leased = both.flat()
    expect(leased.map(([name]) => name).toSorted()).toEqual(steps.map((each) => each.id).toSorted())
    expect(new Set(leased.map(([, token]) => token)).size).toBe(STEPS)
    for (const each of both) expect(each.length).toBeGreaterThan(0)
    const run = await service.runs.get(id)
    expect(run).toMatchObject({ status: 'succeeded', finishedStepCount: STEPS })
    for (const { attempts } of run.steps) expect(attempts.map(({ status }) => status)).toEqual(['succeeded'])
    await close()
  })

  it('that take turns see what the other one has done', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'regia-turns-'))
    onTestFinished(() => rmSync(dir, { recursive: true, force: true }))
    const [one, other] = [await openService(join(dir, 'regia.db')), await openService(join(dir, 'regia.db'))]
    const steps = ['a', 'b', 'c'].map((id) => step(id))
    await one.service.deploy({ graph: graph('turns', steps), bundleDigest: digestOf(''), projectDir: '/' })
    const { id } = await one.service.startRun({ pipeline: 'turns', trigger: { kind: 'person', by: 'ada' } })
    for (const { service } of [one, other, one]) {
      const never = new AbortController().signal
      const [lease] = await service.leases.acquire({ ...PLENTY, limit: 1, waitMs: 0 }, never)
      await service.leases.report(lease!.stepRunId, { ...succeed(1), leaseToken: lease!.leaseToken }, [])
    }
    expect(await other.service.runs.get(id)).toMatchObject({ status: 'succeeded', finishedStepCount: 3 })
    await Promise.all([one.close(), other.close()])
  })
})
