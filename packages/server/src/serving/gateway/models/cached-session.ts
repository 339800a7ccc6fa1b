import { type ModelPackage, RegiaError } from '@regia/core'
import { inputBatches, type ModelSession } from '@regia/engine'
import { RowBatch } from '../../composition/index.ts'
import type { CachedModel } from './cached-model.ts'

export type CachedSessionOptions = {
  /** Whether nobody waits for it to be ready. */
  readonly isDeferred: boolean
  readonly onClose: () => Promise<void>
}

/** Requests under way at once to whoever answers instead of a graph. */
const ANSWERS_AT_ONCE = 16

/** A session that is loaded whenever it is asked something and not in memory. */
export function cachedSession(model: CachedModel, { isDeferred, onClose }: CachedSessionOptions): ModelSession {
  const { package: manifest } = model.version
  let isClosed = false
  const ask = <Answer>(where: 'here' | 'threads', work: (session: ModelSession) => Promise<Answer>): Promise<Answer> =>
    isClosed ? Promise.reject(closedError()) : model.ask(where, work)
  return {
    manifest,
    signature: manifest.signature,
    isDeferred,
    ...elsewhere(manifest),
    get isLoaded() {
      return model.isLoaded
    },
    createBatch: batchesFor(manifest),
    predictBatch: (batch) => ask('here', (session) => session.predictBatch(batch)),
    predictInThread: (batch) => ask('threads', (session) => session.predictInThread(batch)),
    predictInputs: (inputs, rowCount) => ask('here', (session) => session.predictInputs(inputs, rowCount)),
    predictRows: (rows) => ask('here', (session) => session.predictRows(rows)),
    predictTable: (table) => ask('here', (session) => session.predictTable(table)),
    selfTest: (where = 'here') => ask(where, (session) => session.selfTest(where)),
    unload: (where) => model.ifLoaded((session) => session.unload(where)),
    close: async () => {
      if (isClosed) return
      isClosed = true
      await onClose()
    },
  }
}

/** What a session says of itself before it is loaded, where the answers come from elsewhere. */
const elsewhere = ({ answeredBy }: ModelPackage): Pick<ModelSession, 'atOnce' | 'passesOn'> => ({
  ...(answeredBy && { atOnce: ANSWERS_AT_ONCE }),
  ...(answeredBy?.kind === 'composition' && { passesOn: true }),
})

const batchesFor = ({ answeredBy, signature }: ModelPackage): ModelSession['createBatch'] =>
  answeredBy?.kind === 'composition' ? () => new RowBatch(signature) : inputBatches(signature)

const closedError = (): RegiaError =>
  new RegiaError('UNAVAILABLE', 'The model was closed.', {
    hint: 'Ask the version that replaced it.',
  })
