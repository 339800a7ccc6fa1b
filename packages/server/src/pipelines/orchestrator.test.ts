import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '@regia/core'
import { expect, it, onTestFinished } from 'vitest'
import { graph, step } from '../../test/graphs.ts'
import { openService } from '../../test/open-service.ts'
import { openDatabase } from '../database/open.ts'
import { createEventBus } from '../events/bus.ts'
import { Orchestrator } from './orchestrator.ts'
import { VersionStore } from './version-store.ts'
import { WorkSignal } from './work-signal.ts'

it('forgets what a change did that was not committed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'regia-change-'))
  const path = join(dir, 'regia.db')
  const { service, close } = await openService(path)
  const database = await openDatabase(path)
  onTestFinished(async () => {
    await Promise.all([close(), database.destroy()])
    rmSync(dir, { recursive: true, force: true })
  })
  await service.deploy({ graph: graph('one', [step('a')]), bundleDigest: digestOf(''), projectDir: '/' })
  const { id } = await service.startRun({ pipeline: 'one', trigger: { kind: 'person', by: 'ada' } })
  const orchestrator = new Orchestrator({
    database,
    versions: new VersionStore(),
    events: createEventBus(Date.now),
    clock: Date.now,
    signal: new WorkSignal(),
    onSettled: () => undefined,
  })
  const look = () =>
    orchestrator.change(async (connection) => {
      const work = await orchestrator.load(connection, id)
      return { changed: [], reply: work.row('a').status }
    })
  expect(await look()).toBe('queued')
  const failing = orchestrator.change(async (connection) => {
    const work = await orchestrator.load(connection, id)
    work.patch('a', { status: 'succeeded' })
    throw new Error('The disk is full.')
  })
  await expect(failing).rejects.toThrow('The disk is full.')
  expect(await look()).toBe('queued')
  await orchestrator.change(async (connection) => {
    // Patched, but not said to have changed.
    const work = await orchestrator.load(connection, id)
    work.patch('a', { status: 'failed' })
    return { changed: [], reply: undefined }
  })
  expect(await look()).toBe('queued')
})
