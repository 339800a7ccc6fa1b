import type { PipelineGraph } from '@regia/core'
import type { Connection } from '../../project/connect.ts'
import { changedFiles } from '../../project/watch-files.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { followRun, nothingTold } from './follow-run.ts'
import { announceRun, byPerson, describeEnd, type RunInput, readOptions } from './run.ts'
import { withVersion } from './run-request.ts'
import { sayChanged, sayFailure } from './say-changed.ts'

/** How long a run that a newer save overtook may take to end. */
const CANCEL_PATIENCE_MS = 30_000

/**
 * Runs the pipeline, and again whenever a file of the project is saved with another content: the cache leaves the rest out. A save while it
 * runs ends that run; what has finished of it counts. Errors are shown and the next save is waited for.
 */
export async function runAndWatch(input: RunInput, context: Context): Promise<ExitCode> {
  const options = readOptions(input)
  const connection = await context.connect({ needsWorker: true })
  let written: ReadonlySet<string> = new Set()
  const changes = changedFiles({
    dir: connection.project.dir,
    isIgnored: (path) => written.has(path),
    signal: context.signal,
  })
  for (;;) {
    const next = changes.next()
    const overtaken = new AbortController()
    void next.then(() => overtaken.abort()).catch(() => undefined)
    await runNow(connection, input, options, overtaken.signal, context, (graph) => {
      written = filesWrittenBy(graph)
    })
    if (!context.signal.aborted) context.output.line(context.output.style.dim('Watching the project; Ctrl-C ends it.'))
    const { value: changed } = await next
    if (!changed) return EXIT.interrupted
    sayChanged(changed, context)
  }
}

async function runNow(
  connection: Connection,
  input: RunInput,
  options: ReturnType<typeof readOptions>,
  overtaken: AbortSignal,
  context: Context,
  onGraph: (graph: PipelineGraph) => void,
): Promise<void> {
  const { client } = connection
  try {
    const request = await withVersion(connection, input, options, context.output)
    const started = await client.pipelines.run(input.pipeline, { ...request, trigger: byPerson(context) })
    onGraph((await client.pipelines.version(input.pipeline, started.pipelineVersion)).graph)
    announceRun(started, context)
    const following = { signal: AbortSignal.any([context.signal, overtaken]), showsReasons: true, told: nothingTold() }
    const finished = await followRun(client, started.id, context, following)
    if (finished) return context.output.result(finished, () => describeEnd(finished, context))
    await client.runs.cancel(started.id).catch(() => undefined)
    await followRun(client, started.id, context, {
      ...following,
      signal: AbortSignal.timeout(CANCEL_PATIENCE_MS),
    })
  } catch (error) {
    await sayFailure(error, `run ${input.pipeline}`, context)
  }
}

/** What a run saves into the project is its result and no reason for the next run. */
const filesWrittenBy = ({ steps, catalog }: PipelineGraph): ReadonlySet<string> =>
  new Set(
    steps.flatMap(({ save }) => {
      const entry = save === undefined ? undefined : catalog[save]
      return entry && 'path' in entry ? [entry.path.replace(/^\.\//, '')] : []
    }),
  )
