import { FAILURE_POLICIES, type Run, type RunSummary } from '@regia/core'
import type { Connection } from '../../project/connect.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { describeError } from '../failure.ts'
import { followRun, nothingTold, type Told } from './follow-run.ts'
import { formatDuration, formatNumber, plural, spanMs } from './format.ts'
import { oneOf } from './one-of.ts'
import { connectAndRead, type RequestInput, readRequest, withVersion } from './run-request.ts'
import { gateReports, type ReportFiles, writeReports } from './write-reports.ts'

export type RunInput = RequestInput &
  ReportFiles & {
    readonly onFailure: string | undefined
    readonly detach: boolean
    readonly noFollow: boolean
    readonly watch: boolean
  }

/** How long a run that was told to end may take for it: the grace of its steps and a little. */
const CANCEL_PATIENCE_MS = 30_000

export const run: Action<RunInput> = async (input, context) => {
  if (input.watch) return (await import('./run-watch.ts')).runAndWatch(input, context)
  const asked = readOptions(input)
  const { connection, found } = await connectAndRead(context, input.pipeline, asked, { needsWorker: true })
  const request = await withVersion(connection, input, asked, context.output, found)
  const started = await connection.client.pipelines.run(input.pipeline, { ...request, trigger: byPerson(context) })
  announceRun(started, context)
  return followOrLeave(connection, started, input.detach || input.noFollow, context, input)
}

export const readOptions = (input: RunInput) => ({
  ...readRequest(input),
  ...(input.onFailure !== undefined && { onFailure: oneOf('--on-failure', FAILURE_POLICIES, input.onFailure) }),
})

export const byPerson = ({ environment }: Context) => ({ kind: 'person', by: environment.user }) as const

export function announceRun(started: RunSummary, { output }: Context): void {
  const { style } = output
  const details = [
    started.id,
    `pipeline version ${started.pipelineVersion}`,
    ...(started.channel ? [started.channel] : []),
  ]
  output.line(`${style.bold(`${started.pipeline} #${started.number}`)}  ${style.dim(details.join(' · '))}`)
}

/** A run in this process cannot be left to itself: it is followed to its end. */
export async function followOrLeave(
  connection: Connection,
  started: RunSummary,
  isDetached: boolean,
  context: Context,
  files?: ReportFiles,
): Promise<ExitCode> {
  if (!isDetached) return follow(connection, started.id, context, files)
  if (connection.isOwner) {
    context.output.line('No server runs here, so that this process stays until the run is over.')
    return follow(connection, started.id, context, files)
  }
  context.output.result(started)
  return EXIT.ok
}

async function follow({ client }: Connection, runId: string, context: Context, files?: ReportFiles): Promise<ExitCode> {
  const told = nothingTold()
  const finished = await followRun(client, runId, context, { told })
  if (finished) {
    const isRefused = files !== undefined && (await keepReports(finished, files, context))
    context.output.result(finished, () => describeEnd(finished, context))
    return finished.status === 'succeeded' && !isRefused ? EXIT.ok : EXIT.failed
  }
  const cancelled = await cancelAndWait(client, runId, context, told)
  if (cancelled) context.output.result(cancelled, () => describeEnd(cancelled, context))
  return EXIT.interrupted
}

/** Who asks for the reports of the gates also wants to fail where one refused. @returns Whether one did. */
async function keepReports(run: Run, files: ReportFiles, { workingDir }: Context): Promise<boolean> {
  if (!files.junit && !files.markdown) return false
  const reports = gateReports(run)
  await writeReports(reports, files, workingDir)
  return reports.some(({ report }) => !report.passed)
}

/** Ctrl-C and SIGTERM: the run is told to end, and its steps get their time for it. A second one ends this process at once. */
async function cancelAndWait(
  client: Connection['client'],
  runId: string,
  context: Context,
  told: Told,
): Promise<Run | undefined> {
  context.output.line(`Cancelling ${runId} …`)
  // It may have come to its end in the same moment.
  await client.runs.cancel(runId).catch(() => undefined)
  return followRun(client, runId, context, { signal: AbortSignal.timeout(CANCEL_PATIENCE_MS), told })
}

export function describeEnd(run: Run, { output, terminal }: Context): string {
  const { style } = output
  const took = formatDuration(spanMs(run.startedAt ?? run.createdAt, run.finishedAt))
  if (run.status === 'succeeded' && run.cachedStepCount === run.stepCount)
    return `${style.green('✓')} Nothing to do: all ${plural(run.stepCount, 'step')} cached.`
  if (run.status !== 'succeeded') {
    const failed = run.error ? [describeError(run.error, terminal)] : []
    const next =
      run.status === 'failed' ? [`  ${style.dim(`→ regia recover ${run.id} takes over what has finished`)}`] : []
    return [...failed, `${style.red('✗')} ${run.pipeline} #${run.number} ${run.status} after ${took}.`, ...next].join(
      '\n',
    )
  }
  const metrics = Object.entries(run.metrics).map(([name, value]) => `${name} ${formatNumber(value)}`)
  const steps = `${plural(run.stepCount, 'step')}, ${run.cachedStepCount} cached`
  return [
    `${style.green('✓')} ${run.pipeline} #${run.number} succeeded in ${took} (${steps}).`,
    ...metrics.map((each) => `  ${each}`),
  ].join('\n')
}
