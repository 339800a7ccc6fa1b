import { RegiaError } from '@regia/core'
import type { Connection } from '../../../project/connect.ts'
import { resolveStack } from '../../../project/stack.ts'
import type { Compared } from '../../../tracking/reproduce/comparison.ts'
import { reproducePipeline } from '../../../tracking/reproduce/reproduce-pipeline.ts'
import { type Reproduction, reproduceTracked } from '../../../tracking/reproduce/reproduce-tracked.ts'
import type { Action } from '../../command.ts'
import type { Context } from '../../context.ts'
import { EXIT } from '../../exit-codes.ts'
import { findRun } from '../find-run.ts'
import { followRun } from '../follow-run.ts'
import { formatNumber, plural } from '../format.ts'
import { announceRun } from '../run.ts'

type ReproduceInput = {
  readonly run: string
  readonly tolerance: number
  readonly ignore: readonly string[]
  readonly install: boolean
  readonly link: readonly string[]
  readonly keep: boolean
}

export const reproduce: Action<ReproduceInput> = async (input, context) => {
  const isPipeline = input.run.startsWith('run_') || /#\d+$/.test(input.run)
  const connection = await context.connect(isPipeline ? { needsWorker: true } : {})
  const found = isPipeline ? await ofPipeline(input, connection, context) : await ofTracked(input, connection, context)
  if (!found) return EXIT.interrupted
  context.output.result(found, () => describe(found, context))
  return found.isSame ? EXIT.ok : EXIT.failed
}

async function ofPipeline(
  input: ReproduceInput,
  { client }: Connection,
  context: Context,
): Promise<Reproduction | undefined> {
  const run = await findRun(client, input.run)
  return reproducePipeline(run, {
    client,
    user: context.environment.user,
    tolerance: input.tolerance,
    ignore: input.ignore,
    follow: (started) => {
      announceRun(started, context)
      return followRun(client, started.id, context)
    },
  })
}

async function ofTracked(input: ReproduceInput, connection: Connection, context: Context): Promise<Reproduction> {
  const { client, url, project, isOwner } = connection
  const { environment, output, signal, terminal, workingDir } = context
  const run = await client.tracking.get(input.run)
  if (run.origin) {
    throw new RegiaError('INVALID_INPUT', 'This is a step of a run of a pipeline.', {
      where: `run ${run.id}`,
      hint: `"regia reproduce ${run.origin.runId}" makes the whole run again.`,
    })
  }
  const { server, token } = await resolveStack(environment, project)
  return reproduceTracked(run, {
    ...input,
    client,
    url,
    token: server?.token ?? token,
    user: environment.user,
    workingDir,
    env: process.env,
    stdout: output.isJson ? 'stderr' : 'stdout',
    signal,
    isServerElsewhere: !isOwner,
    onStage: (text) => terminal.writeError(`${output.style.dim(`● ${text}`)}\n`),
  })
}

function describe({ run, reproduction, isSame, compared, notes, workTree }: Reproduction, { output }: Context): string {
  const { style } = output
  const differing = compared.filter((each) => !each.isSame)
  const verdict = isSame
    ? `${style.green('✓')} ${reproduction} is the same as ${run}: ${plural(compared.length, 'value')} compared.`
    : `${style.red('✗')} ${reproduction} differs from ${run} in ${plural(differing.length, 'value')} of ${compared.length}.`
  return [
    output.table(compared, [
      { title: '', value: ({ isSame: same }) => (same ? style.green('=') : style.red('≠')) },
      { title: '', value: ({ kind }) => kind },
      { title: '', value: ({ name }) => name },
      { title: 'then', value: (each) => valueText(each, each.before), shrinks: true },
      { title: 'now', value: (each) => valueText(each, each.now), shrinks: true },
    ]),
    '',
    ...notes.map((note) => `${style.yellow('▲')} ${note}`),
    verdict,
    ...(workTree === undefined ? [] : [`  The work tree stays at ${workTree}; "git worktree remove" takes it away.`]),
  ].join('\n')
}

const DIGEST_SHOWN = 'sha256:'.length + 12

function valueText({ kind, isSame }: Compared, value: string | undefined): string {
  if (value === undefined) return '–'
  if (kind === 'artifact' || kind === 'output') return value.slice(0, DIGEST_SHOWN)
  // Where numbers differ every digit may matter.
  return kind === 'metric' && isSame && Number.isFinite(Number(value)) ? formatNumber(Number(value)) : value
}
