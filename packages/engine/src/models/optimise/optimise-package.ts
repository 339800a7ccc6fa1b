import {
  LATENCY_BATCHES,
  type LatencyComparison,
  type OptimisationCondition,
  type OptimisationReport,
  type Outcome,
  type optimiseModelSchema,
  RegiaError,
  type Rng,
  type Signature,
  type Table,
} from '@regia/core'
import type { z } from 'zod'
import type { OpenedPackage } from '../model-package.ts'
import type { Predictions } from '../model-session.ts'
import { type LoadedGraph, loadGraph } from '../onnx-graph.ts'
import { changeGraph } from './change-graph.ts'
import { compareLatency } from './compare-latency.ts'
import { compareOutputs, findBatchDifference } from './compare-outputs.ts'
import { answerHeldOut, type HeldOutRows, splitHeldOut } from './held-out.ts'
import { judge } from './judge.ts'
import { packOptimised } from './pack-optimised.ts'
import { allowedLossOf, compareScores, judgingMetric } from './score.ts'

/** What is wanted, and when it pays. */
export type OptimiseRules = Omit<z.output<typeof optimiseModelSchema>, 'data' | 'alias'>

export type OptimisePackageOptions = {
  readonly rules: OptimiseRules
  /** Rows with the raw columns and the target that the model was not trained on. */
  readonly heldOut: Table
  /** What they are called in the report. */
  readonly source: string
  readonly rng: Rng
  /** Milliseconds of a clock that only goes forward; by default the process's. */
  readonly timer?: () => number
  readonly onProgress?: (fraction: number, message: string) => void
}

export type OptimisedPackage = {
  readonly report: OptimisationReport
  /** The bytes of the new package; absent where it does not pay. */
  readonly bytes?: Uint8Array
}

/**
 * Makes a model smaller or faster, measures size, latency and score of both on the same rows, and packages the new one if that pays.
 *
 * @throws RegiaError `MODEL_INVALID` where the graph has nothing to change in that way; `INVALID_INPUT` for a metric of the other task, or one
 *   that is not defined on the rows; `DATA_EMPTY`, `COLUMN_MISSING`, `COLUMN_TYPE` for rows that do not go with the model.
 * @example await optimisePackage(readModelPackage(bytes), { rules: optimiseModelSchema.parse({ by: 'int8' }), heldOut, source: 'june', rng })
 */
export async function optimisePackage(
  opened: OpenedPackage,
  options: OptimisePackageOptions,
): Promise<OptimisedPackage> {
  if (opened.graph.byteLength === 0) throw noGraph()
  const { signature } = opened.manifest
  const rows = splitHeldOut(options.heldOut, signature, options.rules.by === 'prune')
  const loaded: LoadedGraph[] = []
  const load = async (graph: Uint8Array): Promise<LoadedGraph> => {
    const session = await loadGraph(graph, signature)
    loaded.push(session)
    return session
  }
  try {
    return await optimiseLoaded(opened, rows, load, options)
  } finally {
    for (const session of loaded) await session.release()
  }
}

async function optimiseLoaded(
  opened: OpenedPackage,
  rows: HeldOutRows,
  load: (graph: Uint8Array) => Promise<LoadedGraph>,
  options: OptimisePackageOptions,
): Promise<OptimisedPackage> {
  const { rules, rng, source, onProgress = () => undefined } = options
  const { signature } = opened.manifest
  const metric = judgingMetric(rules.metric, signature)
  onProgress(0, 'asking the model')
  const before = await load(opened.graph)
  const was = await answerHeldOut(before, rows.judged, signature)
  const allowedLoss = allowedLossOf(metric, rules.maxLoss, was.outcome)
  const { graph, ...change } = await changeGraph(opened.graph, {
    ...{ rules, metric, allowedLoss, rng: rng.fork('trees') },
    answer: (candidate) => answerOnce(candidate, rows.chosen ?? rows.judged, opened),
    onProgress: (fraction, message) => onProgress(0.05 + 0.55 * fraction, message),
  })
  onProgress(0.6, 'asking the new model')
  const after = await load(graph)
  const is = await answerHeldOut(after, rows.judged, signature)
  const score = compareScores(metric, { before: was.outcome, after: is.outcome }, allowedLoss, rng.fork('score'))
  const latency = await timeBoth(before, after, rows.judged, signature, options)
  const measured = { size: { before: opened.graph.byteLength, after: graph.byteLength }, latency, score }
  const conditions = [...judge(measured, rules), batching(await findBatchDifference(after, rows.judged))]
  const report: OptimisationReport = {
    ...{ by: rules.by, pays: conditions.every(({ passed }) => passed), conditions, ...measured, ...change },
    output: compareOutputs(valuesOf(was.predictions), valuesOf(is.predictions)),
    rows: { source, judged: rows.judged.rowCount, ...(rows.chosen && { chosen: rows.chosen.rowCount }) },
  }
  if (!report.pays) return { report }
  return { report, bytes: await packOptimised(opened, graph, after, { report, outcome: is.outcome, rng }) }
}

async function timeBoth(
  before: LoadedGraph,
  after: LoadedGraph,
  table: Table,
  signature: Signature,
  { timer = () => performance.now(), onProgress = () => undefined }: OptimisePackageOptions,
): Promise<LatencyComparison[]> {
  const compared: LatencyComparison[] = []
  for (const [i, batch] of LATENCY_BATCHES.entries()) {
    const size = batch === 1 ? '1 row' : `${batch} rows`
    onProgress(0.7 + (0.3 * i) / LATENCY_BATCHES.length, `timing both at ${size}`)
    compared.push(await compareLatency(before, after, batch, { signature, table, timer }))
  }
  return compared
}

async function answerOnce(graph: Uint8Array, table: Table, { manifest }: OpenedPackage): Promise<Outcome> {
  const loaded = await loadGraph(graph, manifest.signature)
  try {
    return (await answerHeldOut(loaded, table, manifest.signature)).outcome
  } finally {
    await loaded.release()
  }
}

const valuesOf = ({ probabilities, scores }: Predictions): Float32Array => probabilities ?? scores

const noGraph = (): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    'The version has no graph of its own that could be optimised: another server answers.',
    {
      hint: 'Optimise the model where it is served.',
    },
  )

const batching = (difference: string | undefined): OptimisationCondition => ({
  name: 'batching',
  passed: difference === undefined,
  message: difference ?? 'rows asked together are answered as one by one',
})
