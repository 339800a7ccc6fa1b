import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorBody, RegiaError } from '@regia/core'
import { openRowRanges } from '../../data/row-ranges/index.ts'
import { loadGraph } from '../onnx-graph.ts'
import { gatherScores } from './gather-scores.ts'
import { scorePart } from './score-part.ts'
import type { FromScoringThread, ScoringPart, ScoringThreadData, ToScoringThread } from './scoring-messages.ts'

/** A thread that scores parts, one after another, with a graph and a DuckDB of its own. */

const { graph, work, stop }: ScoringThreadData = workerData
const opening = Promise.all([
  loadGraph(graph, work.signature),
  openRowRanges({
    options: work.engine,
    path: work.inputPath,
    columns: work.columns,
    outputFolder: work.outputFolder,
  }),
])
// Told with the first part; until then a failure must not count as unhandled.
opening.catch(() => undefined)

const scores = gatherScores(work.signature)
const isStopped = (): boolean => Atomics.load(stop, 0) !== 0
const say = (message: FromScoringThread): void => parentPort?.postMessage(message)

async function answer(part: ScoringPart): Promise<void> {
  try {
    const [loaded, ranges] = await opening
    await scorePart({
      loaded,
      ranges,
      work,
      scores,
      part,
      isStopped,
      onRows: (rowCount) => say({ kind: 'rows', rowCount }),
    })
    say({ kind: 'done', place: part.place })
  } catch (error) {
    say({ kind: 'failed', error: bodyOf(error) })
  }
}

const bodyOf = (error: unknown): ErrorBody =>
  error instanceof RegiaError
    ? error.toBody()
    : new RegiaError('UNAVAILABLE', `Scoring failed: ${String(error)}`).toBody()

/** Native code that is at work when a thread is ended takes the process with it; so the thread ends by itself. */
async function end(): Promise<void> {
  const opened = await opening.catch(() => undefined)
  await opened?.[0].release()
  opened?.[1].close()
  parentPort?.close()
}

let last: Promise<void> = Promise.resolve()
parentPort?.on('message', (message: ToScoringThread) => {
  last = last.then(() => (message.kind === 'score' ? answer(message.part) : end()))
})
