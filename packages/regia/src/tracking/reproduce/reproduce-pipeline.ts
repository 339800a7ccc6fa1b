import type { Run, RunSummary, StepKind } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { type ComparisonOptions, compareOutcomes, type RunOutcome } from './comparison.ts'
import type { Reproduction } from './reproduce-tracked.ts'

export type PipelineReproduceRequest = ComparisonOptions & {
  readonly client: RegiaClient
  readonly user: string
  /** Waits until a run is over; nothing where it is given up. */
  readonly follow: (started: RunSummary) => Promise<Run | undefined>
}

/** These act on the world outside of the run: what is made again for comparison must register, save and ask nothing. */
const ACTING: ReadonlySet<StepKind> = new Set(['register', 'save', 'approve'])

/**
 * Runs the version of a run again with the params, datasets, models and catalog contents of then and without the cache, and compares step by
 * step. Nothing is registered or saved, and nobody is asked.
 *
 * @returns Nothing where waiting was given up.
 * @throws RegiaError `NOT_FOUND` where the version or data of then are gone.
 */
export async function reproducePipeline(
  run: Run,
  request: PipelineReproduceRequest,
): Promise<Reproduction | undefined> {
  const { client, user, follow } = request
  const settled = new Map(run.steps.map(({ step, status }) => [step, status]))
  const isWanted = ({ id, kind }: Run['graph']['steps'][number]) => !ACTING.has(kind) && settled.get(id) !== 'skipped'
  const only = run.graph.steps.filter(isWanted).map(({ id }) => id)
  const started = await client.pipelines.run(run.pipeline, {
    version: run.pipelineVersion,
    params: run.params,
    useCache: false,
    dataOf: run.id,
    onFailure: run.onFailure,
    trigger: { kind: 'person', by: user },
    ...(only.length < run.graph.steps.length && { selection: { only } }),
  })
  const now = await follow(started)
  if (!now) return undefined
  const compared = compareOutcomes(outcomeOf(run, only), outcomeOf(now, only), request)
  const left = run.graph.steps.filter(({ kind }) => ACTING.has(kind)).map(({ id }) => id)
  const notes = left.length > 0 ? [`Left out, since they act outside of the run: ${left.join(', ')}.`] : []
  return { run: run.id, reproduction: now.id, isSame: compared.every(({ isSame }) => isSame), compared, notes }
}

function outcomeOf(run: Run, steps: readonly string[]): RunOutcome {
  const looked = run.steps.filter(({ step }) => steps.includes(step))
  const outputs = looked.flatMap(({ step, outputs: made }) =>
    Object.entries(made).map(([name, { digest }]) => [`${step}.${name}`, digest]),
  )
  return {
    status: run.status,
    params: Object.fromEntries(Object.entries(run.params).map(([name, value]) => [name, JSON.stringify(value)])),
    metrics: run.metrics,
    artifacts: {},
    outputs: Object.fromEntries(outputs),
  }
}
