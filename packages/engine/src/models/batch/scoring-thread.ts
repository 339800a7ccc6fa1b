import { parentPort, workerData } from 'node:worker_threads'
import { type ErrorBody, RegiaError } from '@regia/core'
import { openRowRanges } from '../../data/row-ranges/index.ts'
import { loadGraph } from '../onnx-graph.ts'
import { scorePart } from './score-part.ts'
import type { FromScoringThread, ScoringThreadData, ToScoringThread } from './scoring-messages.ts'

/** A thread that scores parts, one after another, with a graph and a DuckDB of its own. */

const { graph, work }: ScoringThreadData = workerData
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

const say = (message: FromScoringThread): void => parentPort?.postMessage(message)

async function answer({ part }: ToScoringThread): Promise<void> {
  try {
    const [loaded, ranges] = await opening
    await scorePart({ loaded, ranges, work, part, onRows: (rowCount) => say({ kind: 'rows', rowCount }) })
    say({ kind: 'done', place: part.place })
  } catch (error) {
    say({ kind: 'failed', error: bodyOf(error) })
  }
}

const bodyOf = (error: unknown): ErrorBody =>
  error instanceof RegiaError
    ? error.toBody()
    : new RegiaError('UNAVAILABLE', `Scoring failed: ${String(error)}`).toBody()

parentPort?.on('message', (message: ToScoringThread) => void answer(message))
