import type { Run } from '@regia/core'
import type { Connection } from '../../project/connect.ts'
import { deployPipeline } from '../../project/deploy.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { describeError } from '../failure.ts'
import { followRun } from './follow-run.ts'
import { formatDuration, formatNumber, plural, spanMs } from './format.ts'
import { parseParams } from './params.ts'

type RunInput = { pipeline: string; param: readonly string[]; noCache: boolean; noFollow: boolean }

export const run: Action<RunInput> = async (input, context) => {
  const params = parseParams(input.param)
  const connection = await context.connect({ needsWorker: true })
  const version = await context.output.waiting('Bundling the code', deployPipeline(connection, input.pipeline))
  const started = await connection.client.pipelines.run(input.pipeline, {
    version: version.version,
    params,
    useCache: !input.noCache,
    trigger: { kind: 'person', by: context.environment.user },
  })
  const { output } = context
  output.line(
    `${output.style.bold(`${started.pipeline} #${started.number}`)}  ${output.style.dim(`${started.id} · pipeline version ${started.pipelineVersion}`)}`,
  )
  if (!input.noFollow || connection.isOwner) return follow(connection, started.id, context)
  output.result(started)
  return EXIT.ok
}

async function follow(connection: Connection, runId: string, context: Context): Promise<ExitCode> {
  const finished = await followRun(connection.client, runId, context)
  if (!finished) return leave(connection, runId, context)
  context.output.result(finished, () => describeEnd(finished, context))
  return finished.status === 'succeeded' ? EXIT.ok : EXIT.failed
}

/** Ctrl-C: a run in this process ends with it; one on a server goes on. */
async function leave({ client, isOwner }: Connection, runId: string, { output }: Context): Promise<ExitCode> {
  if (isOwner) await client.runs.cancel(runId)
  output.line(
    isOwner ? `Cancelled ${runId}.` : `${runId} goes on at the server; "regia runs cancel ${runId}" stops it.`,
  )
  return EXIT.interrupted
}

function describeEnd(run: Run, { output, terminal }: Context): string {
  const { style } = output
  const took = formatDuration(spanMs(run.startedAt ?? run.createdAt, run.finishedAt))
  if (run.status === 'succeeded' && run.cachedStepCount === run.stepCount)
    return `${style.green('✓')} Nothing to do: all ${plural(run.stepCount, 'step')} cached.`
  if (run.status !== 'succeeded') {
    const failed = run.error ? [describeError(run.error, terminal)] : []
    return [...failed, `${style.red('✗')} ${run.pipeline} #${run.number} ${run.status} after ${took}.`].join('\n')
  }
  const metrics = Object.entries(run.metrics).map(([name, value]) => `${name} ${formatNumber(value)}`)
  const steps = `${plural(run.stepCount, 'step')}, ${run.cachedStepCount} cached`
  return [
    `${style.green('✓')} ${run.pipeline} #${run.number} succeeded in ${took} (${steps}).`,
    ...metrics.map((each) => `  ${each}`),
  ].join('\n')
}
