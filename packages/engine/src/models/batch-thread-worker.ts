import { parentPort, workerData } from 'node:worker_threads'
import { RegiaError } from '@regia/core'
import type { BatchReply, BatchRequest, BatchThreadData } from './batch-thread.ts'
import { loadGraph } from './onnx-graph.ts'

/** The thread of `createBatchThread`: loads the graph once and scores the tables that it is sent. */

const { graph, signature }: BatchThreadData = workerData
const loading = loadGraph(graph, signature)

async function answer({ id, table }: BatchRequest): Promise<BatchReply> {
  try {
    return { id, predictions: await (await loading).runTable(table) }
  } catch (error) {
    const known =
      error instanceof RegiaError ? error : new RegiaError('UNAVAILABLE', `Scoring failed: ${String(error)}`)
    return { id, error: known.toBody() }
  }
}

parentPort?.on('message', async (request: BatchRequest) => {
  parentPort?.postMessage(await answer(request))
})
