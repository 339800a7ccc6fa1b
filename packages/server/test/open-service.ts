import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { createIdFactory, RegiaError } from '@regia/core'
import { folderBlobStore } from '@regia/engine'
import { openDatabase } from '../src/database/open.ts'
import { createEventBus } from '../src/events/bus.ts'
import { PipelineService } from '../src/pipelines/pipeline-service.ts'
import type { Registrar } from '../src/pipelines/register-model.ts'

const absent = () => Promise.reject(new RegiaError('NOT_FOUND', 'There is none.'))

/** Pipelines over a database file, without the rest of a server and without its lock on the home. */
export async function openService(
  path: string,
  register: Registrar['register'] = absent,
  onError = (error: unknown): void => {
    throw error
  },
): Promise<{ readonly service: PipelineService; readonly close: () => Promise<void> }> {
  const database = await openDatabase(path)
  const events = createEventBus(Date.now)
  const service = new PipelineService({
    database,
    events,
    clock: Date.now,
    newId: createIdFactory(Date.now, randomBytes),
    datasets: { getVersion: absent },
    models: { register, findPackage: async () => undefined, getPackage: absent },
    catalog: { read: absent, save: absent },
    elements: { blobs: folderBlobStore(dirname(path)), cut: absent, tempDir: dirname(path) },
    hasBlob: async () => true,
    onError,
  })
  const close = async () => {
    events.close()
    await database.destroy()
  }
  return { service, close }
}
