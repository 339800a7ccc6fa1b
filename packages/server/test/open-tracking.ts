import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdFactory, createRng } from '@regia/core'
import { folderBlobStore } from '@regia/engine'
import { onTestFinished } from 'vitest'
import { openDatabase } from '../src/database/open.ts'
import { createEventBus } from '../src/events/bus.ts'
import { type TrackingWiring, wireTracking } from '../src/wire-tracking.ts'
import { manualClock } from './start-server.ts'

/** The services of tracking over a database of their own, without HTTP. What is random is the same in each test. */
export async function openTracking(wiring: Partial<Pick<TrackingWiring, 'files' | 'needed'>> = {}) {
  const home = mkdtempSync(join(tmpdir(), 'regia-tracking-'))
  onTestFinished(() => rmSync(home, { recursive: true, force: true }))
  const clock = manualClock()
  const rng = createRng('tracking')
  const database = await openDatabase(join(home, 'regia.db'), clock.now)
  onTestFinished(() => database.destroy())
  const events = createEventBus(clock.now)
  onTestFinished(events.close)
  const randomBytes = (count: number) => Uint8Array.from({ length: count }, () => rng.integer(256))
  const parts = wireTracking({
    database,
    events,
    clock: clock.now,
    blobs: folderBlobStore(join(home, 'blobs'), clock.now),
    newId: createIdFactory(clock.now, randomBytes),
    randomBytes,
    files: { delete: async () => {} },
    needed: async () => ({ runs: new Set(), loggedModels: new Set(), addresses: [] }),
    onError: (error) => {
      throw error
    },
    ...wiring,
  })
  await parts.start()
  return { ...parts, database, clock, events }
}
