import { parentPort } from 'node:worker_threads'
import { RegiaError } from '@regia/core'
import type { Predictions, TimedPredictions } from '../model-session.ts'
import { type LoadedGraph, loadGraph } from '../onnx-graph.ts'
import { importOnnxRuntime } from '../onnx-runtime.ts'
import type { FromThread, ToThread } from './messages.ts'

/** A thread of `ModelThreads`: keeps the graphs that it was given and answers one batch after another. */

// Loaded while the first graph is on its way.
void importOnnxRuntime()

const graphs = new Map<string, Promise<LoadedGraph>>()

async function load({ key, graph, signature }: ToThread & { kind: 'load' }): Promise<undefined> {
  const loading = graphs.get(key) ?? loadGraph(graph, signature)
  graphs.set(key, loading)
  try {
    await loading
  } catch (error) {
    graphs.delete(key)
    throw error
  }
}

async function run({ key, columns, rowCount }: ToThread & { kind: 'run' }): Promise<TimedPredictions> {
  const loaded = await graphs.get(key)
  if (!loaded) throw new Error(`unreachable: the thread was asked before it was given the graph ${key}`)
  const startedAt = performance.now()
  const predictions = await loaded.run(columns, rowCount)
  return { predictions, runMs: performance.now() - startedAt }
}

async function forget(key: string): Promise<void> {
  const loading = graphs.get(key)
  graphs.delete(key)
  const loaded = await loading?.catch(() => undefined)
  await loaded?.release()
}

async function answer(message: ToThread & { kind: 'load' | 'run' }): Promise<FromThread> {
  try {
    return { id: message.id, answer: message.kind === 'load' ? await load(message) : await run(message) }
  } catch (error) {
    const known = error instanceof RegiaError ? error : new RegiaError('MODEL_INVALID', `The model failed: ${error}.`)
    return { id: message.id, error: known.toBody() }
  }
}

/** What is handed over instead of copied. */
function buffersOf(reply: FromThread): ArrayBuffer[] {
  if (!('answer' in reply) || !reply.answer) return []
  const { scores, probabilities, classes } = reply.answer.predictions satisfies Predictions
  const buffers = [scores, probabilities, classes].flatMap((values) => (values ? [values.buffer] : []))
  return [...new Set(buffers)].filter((buffer) => buffer instanceof ArrayBuffer)
}

parentPort?.on('message', async (message: ToThread) => {
  if (message.kind === 'forget') return forget(message.key)
  const reply = await answer(message)
  parentPort?.postMessage(reply, buffersOf(reply))
})
