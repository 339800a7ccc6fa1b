import { type LeasedStep, RegiaError, type Run } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { describe, expect, it } from 'vitest'
import { deploy, from, graph, isTrue, step } from '../../packages/server/test/graphs.ts'
import { acquire, echo, succeed, workUntilIdle } from '../../packages/server/test/scripted-worker.ts'
import { tinyPackage } from '../../packages/server/test/tiny-model.ts'
import { type CrashLab, LEASE_MS, openCrashLab } from './crash-lab.ts'

const VALUE = { kind: 'value', schema: {} } as const
const flow = graph('flow', [
  step('load'),
  step('pay', { inputs: { x: from('load') }, atMostOnce: true }),
  step('ask', {
    kind: 'approve',
    inputs: { x: from('pay') },
    outputs: { approved: VALUE, comment: VALUE },
    approval: { question: 'Go on?', approvers: [] },
  }),
  step('tell', { inputs: { x: from('pay') }, when: isTrue(from('ask', 'approved')) }),
])
const release = graph('release', [
  step('train', { outputs: { model: { kind: 'model' } } }),
  step('register', {
    kind: 'register',
    cache: false,
    inputs: { model: from('train', 'model') },
    inputTypes: { model: { kind: 'model' } },
    outputs: { version: VALUE },
    register: { model: 'late', alias: 'challenger' },
  }),
])

const statuses = (run: Run) => Object.fromEntries(run.steps.map((each) => [each.step, each.status]))
const stepOf = (run: Run, id: string) => run.steps.find((each) => each.step === id)!
const attemptsOf = (run: Run, id: string) => stepOf(run, id).attempts.map(({ status }) => status)
const report = (client: RegiaClient, lease: LeasedStep) =>
  client.leases.report(lease.stepRunId, { ...echo(lease), leaseToken: lease.leaseToken })

/** Kills the server and starts it again on the same home and address. */
type Crash = () => Promise<void>

/** Leases hold for as long as a server may take to come back on a busy machine. */
async function open(leaseMs = 60_000): Promise<CrashLab & { readonly crash: Crash }> {
  const lab = await openCrashLab(leaseMs)
  let { server } = lab
  const crash = async () => {
    await server.kill()
    server = await lab.startServer()
  }
  return { ...lab, crash }
}

/** Leases and reports the first step; gives the lease of the second. */
async function leasePay(client: RegiaClient): Promise<{ readonly id: string; readonly pay: LeasedStep }> {
  await deploy(client, flow)
  const { id } = await client.pipelines.run('flow')
  await report(client, (await acquire(client))[0]!)
  const [pay] = await acquire(client)
  return { id, pay: pay! }
}

const passed = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe('a server that is killed', () => {
  it('after a run was started has that run', async () => {
    const { client, crash } = await open()
    await deploy(client, flow)
    const { id, number } = await client.pipelines.run('flow', { onFailure: 'stop' })
    await crash()
    expect(await client.runs.get(id)).toMatchObject({ number, onFailure: 'stop', status: 'queued' })
    expect((await acquire(client)).map((lease) => lease.step)).toEqual(['load'])
  })

  it('after a lease lets its worker go on: one attempt, no other', async () => {
    const { client, crash } = await open()
    const { id, pay } = await leasePay(client)
    await crash()
    expect(await acquire(client)).toEqual([])
    const beat = await client.leases.heartbeat(pay.stepRunId, { leaseToken: pay.leaseToken, events: [] })
    expect(beat.cancel).toBe(false)
    await report(client, pay)
    const run = await client.runs.get(id)
    expect(attemptsOf(run, 'pay')).toEqual(['succeeded'])
    expect(run.status).toBe('paused')
  })

  it('after a lease whose worker is gone too tries again, but not what runs at most once', async () => {
    const { client, crash } = await open(LEASE_MS)
    const { id } = await leasePay(client)
    await crash()
    await passed(LEASE_MS + 500)
    await crash()
    expect(await workUntilIdle(client)).toEqual([])
    const run = await client.runs.get(id)
    expect(run).toMatchObject({ status: 'failed', error: { code: 'LEASE_LOST', data: { step: 'pay' } } })
    expect(statuses(run)).toEqual({ load: 'succeeded', pay: 'failed', ask: 'cancelled', tell: 'cancelled' })
    expect(attemptsOf(run, 'pay')).toEqual(['lost'])
  })

  it('after it took a report has the outputs, and gives the step to nobody else', async () => {
    const { client, crash } = await open()
    const { id, pay } = await leasePay(client)
    await report(client, pay)
    await crash()
    const run = await client.runs.get(id)
    expect(stepOf(run, 'pay')).toMatchObject({ status: 'succeeded', outputs: { out: { value: 'pay("load()")' } } })
    expect(await acquire(client)).toEqual([])
    await expect(report(client, pay)).rejects.toMatchObject({ code: 'LEASE_LOST' })
  })

  it.each([0, 1, 3, 6, 12])('%i ms into a report has all of it or nothing', async (ms) => {
    const { client, crash } = await open()
    const { id, pay } = await leasePay(client)
    const answer = report(client, pay).then(
      () => 'taken',
      (error: unknown) => error,
    )
    await passed(ms)
    await crash()
    const first = await answer
    const between = stepOf(await client.runs.get(id), 'pay')
    if (first === 'taken') expect(between.status).toBe('succeeded')
    const second = await report(client, pay).then(
      () => 'taken',
      (error: unknown) => (error instanceof RegiaError ? error.code : error),
    )
    expect(second).toBe(between.status === 'succeeded' ? 'LEASE_LOST' : 'taken')
    const run = await client.runs.get(id)
    expect(stepOf(run, 'pay')).toMatchObject({ status: 'succeeded', outputs: { out: { value: 'pay("load()")' } } })
    expect(attemptsOf(run, 'pay')).toEqual(['succeeded'])
  })

  it('while it waits for a person still asks, and has the answer that it took', async () => {
    const { client, crash } = await open()
    const { id, pay } = await leasePay(client)
    await report(client, pay)
    await crash()
    expect(await client.runs.get(id)).toMatchObject({ status: 'paused' })
    await client.runs.approve(id, 'ask', { isApproved: true, by: 'grace', comment: 'Yes.' })
    await crash()
    expect(stepOf(await client.runs.get(id), 'ask')).toMatchObject({
      status: 'succeeded',
      approval: { isApproved: true, by: 'grace', comment: 'Yes.' },
    })
    expect(await workUntilIdle(client)).toEqual(['tell'])
    expect((await client.runs.get(id)).status).toBe('succeeded')
  })

  it.each([0, 2, 5, 10, 20])('%i ms into a registration registers the model once', async (ms) => {
    const { client, crash } = await open()
    await deploy(client, release)
    const { id } = await client.pipelines.run('release')
    const [lease] = await acquire(client)
    const { digest, sizeBytes } = await client.blobs.write(await tinyPackage(2))
    const outputs = { model: { kind: 'model', digest, sizeBytes } } as const
    const { stepRunId, leaseToken } = lease!
    await client.leases.report(stepRunId, { status: 'succeeded', leaseToken, outputs })
    await passed(ms)
    await crash()
    const run = await ended(client, id)
    expect(run.status).toBe('succeeded')
    const { items } = await client.models.versions('late')
    expect(items).toMatchObject([{ version: 1, packageDigest: digest, lineage: { runId: id } }])
    expect(stepOf(run, 'register').outputs.version?.value).toEqual({ model: 'late', version: 1 })
  })

  it('between runs takes from the cache what was made before', async () => {
    const { client, crash } = await open()
    await deploy(client, flow)
    const first = await client.pipelines.run('flow')
    await workUntilIdle(client)
    await client.runs.approve(first.id, 'ask', { isApproved: true })
    await workUntilIdle(client)
    await crash()
    expect((await client.runs.get(first.id)).status).toBe('succeeded')
    const second = await client.pipelines.run('flow')
    expect(statuses(await client.runs.get(second.id))).toEqual({
      load: 'cached',
      pay: 'cached',
      ask: 'paused',
      tell: 'waiting',
    })
  })

  it('after it cancelled a run has it cancelled, and its worker hears so', async () => {
    const { client, crash } = await open()
    const { id, pay } = await leasePay(client)
    await client.runs.cancel(id)
    await crash()
    expect((await client.runs.get(id)).status).toBe('cancelled')
    const beat = await client.leases.heartbeat(pay.stepRunId, { leaseToken: pay.leaseToken, events: [] })
    expect(beat.cancel).toBe(true)
    await expect(report(client, pay)).rejects.toMatchObject({ code: 'LEASE_LOST' })
  })

  it('after it recovered a run has the recovery, and what it took over', async () => {
    const { client, crash } = await open()
    const { id, pay } = await leasePay(client)
    await client.runs.cancel(id)
    const recovery = await client.runs.recover(id)
    await crash()
    expect(await client.runs.get(recovery.id)).toMatchObject({
      recoveredFrom: id,
      steps: [{ step: 'load', status: 'cached' }, { step: 'pay', status: 'queued' }, {}, {}],
    })
    await expect(report(client, pay)).rejects.toMatchObject({ code: 'LEASE_LOST' })
    expect(await workUntilIdle(client)).toEqual(['pay'])
  })

  it('while a step of another run waits for the same result lets it have it', async () => {
    const { client, crash } = await open()
    await deploy(client, graph('same', [step('a')]))
    const runs = [await client.pipelines.run('same'), await client.pipelines.run('same')]
    const [lease] = await acquire(client)
    await crash()
    await client.leases.report(lease!.stepRunId, { ...succeed('once'), leaseToken: lease!.leaseToken })
    await crash()
    const finished = await Promise.all(runs.map(({ id }) => client.runs.get(id)))
    expect(finished.map(({ status, cachedStepCount }) => [status, cachedStepCount])).toEqual([
      ['succeeded', 0],
      ['succeeded', 1],
    ])
  })

  it('with a real worker at work loses nothing that it finished, however often', async () => {
    const lab = await open()
    const experiment = await lab.experiment('branch')
    const slow = Object.fromEntries(['a', 'b', 'c', 'e'].map((name) => [name, { ms: 250 }]))
    experiment.behave(slow)
    lab.startWorker('steady')
    const { id } = await lab.client.pipelines.run('branch', { params: experiment.params })
    const beginsWhenDone = new Map<string, number>()
    for (let i = 0; i < 4; i++) {
      await passed(400)
      await lab.crash()
      for (const each of (await lab.client.runs.get(id)).steps) {
        if (each.status !== 'succeeded' || beginsWhenDone.has(each.step)) continue
        beginsWhenDone.set(each.step, experiment.begins()[each.step] ?? 0)
      }
    }
    const run = await experiment.finished(id)
    expect(run.status).toBe('succeeded')
    for (const [name, begins] of beginsWhenDone) expect(experiment.begins()[name], name).toBe(begins)
    for (const each of run.steps) {
      expect(attemptsOf(run, each.step)).toEqual(['succeeded'])
      expect(experiment.begins()[each.step]).toBe(1)
    }
  })
})

async function ended(client: RegiaClient, id: string): Promise<Run> {
  for (;;) {
    const run = await client.runs.get(id)
    if (run.finishedAt !== undefined) return run
    await passed(20)
  }
}
