import {
  compareOutcomes,
  computeMetric,
  getMetric,
  LATENCY_BATCHES,
  type LatencyComparison,
  type Metric,
  type OptimisationCondition,
  type OptimisationReport,
  type Outcome,
  type optimiseModelSchema,
  RegiaError,
  type Rng,
  type Table,
} from '@regia/core'
import type { z } from 'zod'
import type { OpenedPackage } from '../model-package.ts'
import type { Predictions } from '../model-session.ts'
import { type LoadedGraph, loadGraph } from '../onnx-graph.ts'
import { changeGraph } from './change-graph.ts'
import { compareLatency } from './compare-latency.ts'
import { compareOutputs, findBatchDifference } from './compare-outputs.ts'
import { answerHeldOut, splitHeldOut } from './held-out.ts'
import { judge } from './judge.ts'
import { packOptimised } from './pack-optimised.ts'

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
  const { rules, rng, onProgress = () => undefined } = options
  const { signature } = opened.manifest
  if (opened.graph.byteLength === 0) throw noGraph()
  const rows = splitHeldOut(options.heldOut, signature, rules.by === 'prune')
  const metric = getMetric(rules.metric ?? defaultMetric(signature))
  const loaded: LoadedGraph[] = []
  const load = async (graph: Uint8Array): Promise<LoadedGraph> => {
    const session = await loadGraph(graph, signature)
    loaded.push(session)
    return session
  }
  try {
    onProgress(0, 'asking the model')
    const before = await load(opened.graph)
    const was = await answerHeldOut(before, rows.judged, signature)
    const scoreBefore = scoreOf(metric, was.outcome)
    const allowedLoss = rules.maxLoss * (isOfUnit(metric) ? Math.abs(scoreBefore) : 1)
    const changed = await changeGraph(opened.graph, {
      ...{ rules, metric, allowedLoss, rng: rng.fork('trees') },
      answer: (graph) => answerOnce(graph, rows.chosen ?? rows.judged, opened),
      onProgress: (fraction, message) => onProgress(0.05 + 0.55 * fraction, message),
    })
    onProgress(0.6, 'asking the new model')
    const after = await load(changed.graph)
    const is = await answerHeldOut(after, rows.judged, signature)
    const advantage = compareOutcomes(metric, is.outcome, was.outcome, { rng: rng.fork('score') })
    if (!advantage) throw notDefined(metric)
    const latency: LatencyComparison[] = []
    for (const [i, batch] of LATENCY_BATCHES.entries()) {
      onProgress(0.7 + (0.3 * i) / LATENCY_BATCHES.length, `timing both at ${batch === 1 ? '1 row' : `${batch} rows`}`)
      const timing = { signature, table: rows.judged, timer: options.timer ?? (() => performance.now()) }
      latency.push(await compareLatency(before, after, batch, timing))
    }
    const measured = {
      size: { before: opened.graph.byteLength, after: changed.graph.byteLength },
      latency,
      score: {
        ...{ metric: metric.name, direction: metric.direction, before: scoreBefore, allowedLoss, advantage },
        after: scoreOf(metric, is.outcome),
      },
    }
    const conditions = [...judge(measured, rules), batching(await findBatchDifference(after, rows.judged))]
    const output = compareOutputs(valuesOf(was.predictions), valuesOf(is.predictions))
    const report: OptimisationReport = {
      ...{ by: rules.by, pays: conditions.every(({ passed }) => passed), conditions, ...measured, output },
      rows: {
        source: options.source,
        judged: rows.judged.rowCount,
        ...(rows.chosen && { chosen: rows.chosen.rowCount }),
      },
      ...(changed.layers && { layers: changed.layers }),
      ...(changed.trees && { trees: changed.trees }),
    }
    if (!report.pays) return { report }
    return { report, bytes: await packOptimised(opened, changed.graph, after, { report, outcome: is.outcome, rng }) }
  } finally {
    for (const session of loaded) await session.release()
  }
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

const DEFAULT_METRICS = { binary: 'auc', multiclass: 'logLoss', regression: 'rmse' } as const
const defaultMetric = ({ task }: OpenedPackage['manifest']['signature']): string => DEFAULT_METRICS[task]

/** Errors in the unit of the target, of which a fixed loss would say nothing. */
const isOfUnit = ({ name }: Metric): boolean => name === 'rmse' || name === 'mae'

function scoreOf(metric: Metric, outcome: Outcome): number {
  const value = computeMetric(metric, outcome)
  if (Number.isFinite(value)) return value
  throw notDefined(metric)
}

const noGraph = (): RegiaError =>
  new RegiaError(
    'MODEL_INVALID',
    'The version has no graph of its own that could be optimised: another server answers.',
    {
      hint: 'Optimise the model where it is served.',
    },
  )

const notDefined = ({ label, name }: Metric): RegiaError =>
  new RegiaError('INVALID_INPUT', `${label} is not defined on the held-out rows: they may all be of one class.`, {
    where: name,
    hint: 'Name rows of every class, or another metric.',
  })

const batching = (difference: string | undefined): OptimisationCondition => ({
  name: 'batching',
  passed: difference === undefined,
  message: difference ?? 'rows asked together are answered as one by one',
})
