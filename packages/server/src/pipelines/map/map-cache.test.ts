import { describe, expect, it } from 'vitest'
import { deploy, from, graph, step, value } from '../../../test/graphs.ts'
import { carried, double, finish, mapped, start, stepOf, valuesOf, workUntilOver } from '../../../test/mapped-steps.ts'
import { acquire, fail, type Script, succeed } from '../../../test/scripted-worker.ts'
import { startServer } from '../../../test/start-server.ts'

describe('a mapped step whose elements ran before', () => {
  it('takes elements that ran before from the cache, whatever stands beside them', async () => {
    const { client } = await startServer()
    const first = await start(client, [mapped('twice', value([1, 2, 3]))])
    await workUntilOver(client, first)
    const second = await start(client, [mapped('twice', value([3, 4, 2]))])
    await carried(client, second, 'twice')
    const leases = await acquire(client)
    expect(leases.map(({ inputs }) => inputs.x?.value)).toEqual([4])
    for (const lease of leases) await finish(client, lease)
    await workUntilOver(client, second)
    const { outputs, map } = await stepOf(client, second, 'twice')
    expect(map).toMatchObject({ cached: 2, succeeded: 1 })
    expect(await valuesOf(client, outputs.out)).toEqual([6, 8, 4])
    const third = await start(client, [mapped('twice', value([3, 4, 2]))])
    expect(await stepOf(client, third, 'twice')).toMatchObject({ status: 'cached', outputs })
  })

  it('is planned with what the cache has of them', async () => {
    const { client } = await startServer()
    await workUntilOver(client, await start(client, [mapped('twice', value([1, 2, 3]))]))
    await deploy(client, graph('wide', [mapped('twice', value([3, 4, 2]))]))
    const { steps } = await client.pipelines.plan('wide')
    expect(steps).toMatchObject([
      { action: 'run', reason: 'Changed since the last run of this step: input x. 2 of 3 elements are in the cache.' },
    ])
  })

  it('does equal elements once', async () => {
    const { client } = await startServer()
    const runId = await start(client, [mapped('twice', value([7, 8, 7, 7]))])
    await carried(client, runId, 'twice')
    const leases = await acquire(client)
    expect(leases.map(({ inputs }) => inputs.x?.value)).toEqual([7, 8])
    for (const lease of leases) await finish(client, lease)
    await workUntilOver(client, runId)
    const { outputs, map } = await stepOf(client, runId, 'twice')
    expect(await valuesOf(client, outputs.out)).toEqual([14, 16, 14, 14])
    expect(map).toMatchObject({ succeeded: 2, cached: 2 })
  })

  it('lets an equal element run when the first one failed or was cancelled', async () => {
    const { client } = await startServer()
    const steps = [mapped('twice', value([7, 7]), { minimumSuccess: 0.5 })]
    const first = await start(client, steps)
    await carried(client, first, 'twice')
    const [lease] = await acquire(client)
    await client.leases.report(lease!.stepRunId, { ...fail(), leaseToken: lease!.leaseToken })
    const [again] = await acquire(client)
    expect(again?.item).toEqual({ index: 1, count: 2 })
    const second = await start(client, [mapped('twice', value([7, 9]))])
    await carried(client, second, 'twice')
    const other = await acquire(client)
    expect(other.map(({ inputs }) => inputs.x?.value)).toEqual([9])
    await client.runs.cancel(first)
    expect((await acquire(client)).map(({ runId, item }) => [runId, item?.index])).toEqual([[second, 0]])
  })

  it('takes over what a failed run finished, also where nothing is cached', async () => {
    const { client } = await startServer()
    const runId = await start(client, [mapped('twice', value([1, 2, 3]), { cache: false })])
    await workUntilOver(client, runId, (lease) => (lease.inputs.x?.value === 3 ? fail() : double(lease)))
    expect((await client.runs.get(runId)).status).toBe('failed')
    const { id } = await client.runs.recover(runId)
    const ran: unknown[] = []
    await workUntilOver(client, id, (lease) => {
      ran.push(lease.inputs.x?.value)
      return double(lease)
    })
    expect(ran).toEqual([3])
    expect(await valuesOf(client, (await stepOf(client, id, 'twice')).outputs.out)).toEqual([2, 4, 6])
  })

  it('takes over only elements whose content is still the same', async () => {
    const { client } = await startServer()
    const runId = await start(client, [step('list', { cache: false }), mapped('twice', from('list'), { cache: false })])
    const ran: unknown[] = []
    const script =
      (made: readonly number[], isOk: boolean): Script =>
      (lease) => {
        if (lease.step === 'list') return succeed(made)
        ran.push(lease.inputs.x?.value)
        return lease.inputs.x?.value === 3 && !isOk ? fail() : double(lease)
      }
    await workUntilOver(client, runId, script([1, 2, 3], false))
    const { id } = await client.runs.recover(runId, { refresh: ['list'] })
    await workUntilOver(client, id, script([1, 5, 3], true))
    expect(ran).toEqual([1, 2, 3, 5, 3])
    expect(await valuesOf(client, (await stepOf(client, id, 'twice')).outputs.out)).toEqual([2, 10, 6])
  })

  it('done afresh goes on afresh: what ran is taken over, what came from the cache is not', async () => {
    const { client } = await startServer()
    const steps = [mapped('twice', value([1, 2, 3]))]
    await workUntilOver(client, await start(client, steps))
    const { id: refreshed } = await client.pipelines.run('wide', { refresh: ['twice'] })
    await carried(client, refreshed, 'twice')
    const [lease] = await acquire(client)
    await finish(client, lease!)
    await client.runs.cancel(refreshed)
    const { id } = await client.runs.recover(refreshed)
    const ran: unknown[] = []
    await workUntilOver(client, id, (each) => {
      ran.push(each.inputs.x?.value)
      return double(each)
    })
    expect(ran).toEqual([2, 3])
  })
})
