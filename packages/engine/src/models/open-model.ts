import { canonicalJson, RegiaError, type Row, type Table } from '@regia/core'
import { strToU8 } from 'fflate'
import { hashBytes } from '../blobs/index.ts'
import { createBatchThread } from './batch-thread.ts'
import { inputBatches } from './input-batch.ts'
import { type OpenedPackage, readModelPackage } from './model-package.ts'
import type { InputBatch, ModelSession, Predictions, TimedPredictions } from './model-session.ts'
import { type LoadedGraph, loadGraph } from './onnx-graph.ts'
import { selfTest } from './self-test.ts'
import { type ModelThreads, sharedModelThreads } from './threads/index.ts'
import { openUpstream, type ReadSecret } from './upstream/index.ts'

/** From so many rows on a table is scored on another thread: it would block this one for more than some milliseconds. */
const THREAD_ROWS = 1024

export type OpenModelOptions = {
  /** The pool for `predictInThread`; the one of the process where absent. */
  readonly threads?: ModelThreads
  /** Loads it into a thread first, and here only when it is asked here: a model that is slow or large then never holds up this thread. */
  readonly loadIn?: 'here' | 'threads'
  /** Finds what the server demands that answers for the model; without it one that demands something cannot be asked. */
  readonly readSecret?: ReadSecret
}

/**
 * Loads a model package and makes it ready to answer. onnxruntime is loaded with the first model.
 *
 * @throws RegiaError `MODEL_INVALID` when the package or its graph is not sound.
 */
export async function openModel(
  source: Uint8Array | OpenedPackage,
  { threads = sharedModelThreads(), loadIn = 'here', readSecret }: OpenModelOptions = {},
): Promise<ModelSession> {
  // Not the whole package: training code and reference profile may be larger than the graph.
  const { manifest, graph } = source instanceof Uint8Array ? readModelPackage(source) : source
  const { signature, answeredBy } = manifest
  if (answeredBy?.kind === 'upstream') return openUpstream(manifest, answeredBy, readSecret)
  if (answeredBy) throw onlyAtEndpoint()
  const here = graphHere(() => loadGraph(graph, signature))
  const elsewhere = graphInThreads(threads, { manifest, graph })
  const thread = createBatchThread(graph, signature)
  const createBatch = inputBatches(signature)
  const { track, settled } = trackCalls()

  const predictHere = (batch: Pick<InputBatch, 'columns' | 'rowCount'>): Promise<Predictions> => {
    const loaded = here.loaded()
    if (loaded) return loaded.run(batch.columns(), batch.rowCount)
    return here.load().then(({ run }) => run(batch.columns(), batch.rowCount))
  }
  const predictRows = async (rows: readonly Row[], where: 'here' | 'threads' = 'here'): Promise<Predictions> => {
    const batch = createBatch()
    batch.append(rows)
    if (where === 'here') return track(() => predictHere(batch))
    return (await track(() => elsewhere.run(batch))).predictions
  }
  if (loadIn === 'here') await here.load()
  else await elsewhere.load()
  return {
    manifest,
    signature,
    createBatch,
    predictBatch: (batch) => track(() => predictHere(batch)),
    predictInThread: (batch) => track(() => elsewhere.run(batch)),
    predictInputs: (inputs, rowCount) => track(() => predictHere({ columns: () => inputs, rowCount })),
    predictRows: (rows) => predictRows(rows),
    predictTable: (table: Table) =>
      track(() =>
        table.rowCount < THREAD_ROWS ? here.load().then((it) => it.runTable(table)) : thread.runTable(table),
      ),
    selfTest: (where) => selfTest(manifest, (rows) => predictRows(rows, where)),
    unload: async (where) => {
      if (where === 'threads') elsewhere.release()
      else await here.release()
    },
    close: async () => {
      await settled()
      await thread.close()
      elsewhere.release()
      await here.release()
    },
  }
}

const onlyAtEndpoint = (): RegiaError =>
  new RegiaError('MODEL_INVALID', 'A composition asks the endpoints of its server: it has no graph of its own.', {
    hint: 'Ask its endpoint, or name one of its members.',
  })

/** The graph on this thread, loaded when first asked for. */
function graphHere(load: () => Promise<LoadedGraph>) {
  let loading: Promise<LoadedGraph> | undefined
  let loaded: LoadedGraph | undefined
  return {
    loaded: () => loaded,
    load: (): Promise<LoadedGraph> => {
      loading ??= load().then((graph) => {
        loaded = graph
        return graph
      })
      return loading
    },
    release: async (): Promise<void> => {
      const released = loading
      loading = undefined
      loaded = undefined
      const graph = await released?.catch(() => undefined)
      await graph?.release()
    },
  }
}

/** The graph in the threads of a pool, under a key that packages with the same graph and signature share. */
function graphInThreads(threads: ModelThreads, { manifest, graph }: Pick<OpenedPackage, 'manifest' | 'graph'>) {
  const { signature } = manifest
  const key = hashBytes(strToU8(canonicalJson({ graph: manifest.graph, signature })))
  const threadGraph = { key, graph, signature }
  let isUsed = false
  const use = (): void => {
    if (!isUsed) threads.use(key)
    isUsed = true
  }
  return {
    load: async (): Promise<void> => {
      use()
      await threads.run({ graph: threadGraph, columns: undefined, rowCount: 0 })
    },
    run: async (batch: Pick<InputBatch, 'columns' | 'rowCount'>): Promise<TimedPredictions> => {
      use()
      const { columns, rowCount } = batch
      const answer = await threads.run({ graph: threadGraph, columns: () => columns(), rowCount })
      if (!answer) throw new Error('unreachable: a batch has an answer')
      return answer
    },
    release: (): void => {
      if (isUsed) threads.release(key)
      isUsed = false
    },
  }
}

/** Calls under way, so that a model is freed after them. */
function trackCalls() {
  const onSettled: (() => void)[] = []
  let underWay = 0
  let isClosed = false
  const end = (): void => {
    underWay--
    if (underWay === 0) for (const resolve of onSettled.splice(0)) resolve()
  }
  return {
    track: <Result>(work: () => Promise<Result>): Promise<Result> => {
      if (isClosed) return Promise.reject(closedError())
      const call = work()
      underWay++
      call.then(end, end)
      return call
    },
    /** From now on nothing is asked any more; answers when all that was is answered. */
    settled: (): Promise<void> => {
      isClosed = true
      return underWay === 0 ? Promise.resolve() : new Promise((resolve) => onSettled.push(resolve))
    },
  }
}

const closedError = (): RegiaError =>
  new RegiaError('UNAVAILABLE', 'The model was closed.', {
    hint: 'Open it again, or ask the version that replaced it.',
  })
