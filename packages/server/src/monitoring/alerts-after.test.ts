import { createIdFactory, monitorSpecSchema } from '@regia/core'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openDatabase } from '../database/open.ts'
import { alertsAfter, findLastAlert } from './alerts-after.ts'
import { MonitorStore } from './monitor-store.ts'

describe('alertsAfter', () => {
  it('gives the alerts of one monitor, or of all, in the order in which they opened', async () => {
    const database = await openDatabase(':memory:')
    onTestFinished(() => database.destroy())
    const store = new MonitorStore(database)
    let serial = 0
    const newId = createIdFactory(
      () => 0,
      (count) => new Uint8Array(count).fill(++serial),
    )
    const open = async (monitor: string) => {
      const alert = {
        id: newId('alert'),
        monitor,
        endpoint: 'e',
        version: 1,
        kind: 'drift' as const,
        status: 'open' as const,
        title: 't',
        value: 1,
        threshold: 0,
        window: { from: '2026-03-01T00:00:00.000Z', until: '2026-03-01T01:00:00.000Z' },
        causes: [],
        actions: [],
        openedAt: '2026-03-01T01:00:00.000Z',
      }
      await store.putAlert(database, alert)
      return alert
    }
    for (const name of ['m', 'n'])
      await store.put(monitorSpecSchema.parse({ name, endpoint: 'e' }), '2026-03-01T00:00:00.000Z')
    expect(await findLastAlert(database)).toBeUndefined()
    const [first, second, third] = [await open('m'), await open('n'), await open('m')]
    // An alert that goes on keeps its place.
    await store.putAlert(database, { ...first, status: 'acknowledged' })
    const ids = async (monitor: string | undefined, number: number) =>
      (await alertsAfter(database, { monitor, number, limit: 10 })).map(({ alert }) => alert.id)
    expect(await ids(undefined, 0)).toEqual([first.id, second.id, third.id])
    expect(await ids('m', 0)).toEqual([first.id, third.id])
    expect(await ids('m', 1)).toEqual([third.id])
    expect((await findLastAlert(database, 'n'))?.number).toBe(2)
    expect((await findLastAlert(database))?.number).toBe(3)
  })
})
