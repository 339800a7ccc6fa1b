import { durationMs } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import { resolveStack } from '../../../project/stack.ts'
import { trackProgram } from '../../../tracking/track-program.ts'
import type { Action } from '../../command.ts'
import { exitLike } from '../../exit-codes.ts'
import { statusMark } from '../status-mark.ts'
import { parsePairs } from './experiments.ts'

type TrackInput = {
  readonly command: readonly string[]
  readonly experiment: string | undefined
  readonly name: string | undefined
  readonly param: readonly string[]
  readonly tag: readonly string[]
  readonly parent: string | undefined
  readonly seed: string | undefined
  readonly systemMetrics: string | undefined
}

export const track: Action<TrackInput> = async (input, context) => {
  const { environment, output, terminal, workingDir } = context
  const { tracking } = environment
  const params = parsePairs(input.param, '--param')
  const tags = parsePairs(input.tag, '--tag')
  const systemMetrics = input.systemMetrics ?? tracking.systemMetrics
  if (systemMetrics !== undefined) durationMs(systemMetrics)
  const { client, url, project, isOwner } = await context.connect()
  const { server, token } = await resolveStack(environment, project)
  // A command that a tracked command runs is a part of it.
  const parent = input.parent ?? tracking.runId
  const say = (text: string) => terminal.writeError(`${text}\n`)
  const { run, exitCode } = await trackProgram({
    client,
    url,
    token: server?.token ?? token,
    user: environment.user,
    command: input.command,
    workingDir,
    env: process.env,
    experiment: input.experiment ?? (parent && (await experimentOf(client, parent))) ?? tracking.experiment,
    name: input.name,
    parent,
    params,
    tags,
    seed: input.seed ?? tracking.seed,
    systemMetrics,
    stdout: output.isJson ? 'stderr' : 'stdout',
    signal: context.signal,
    isServerElsewhere: !isOwner,
    // Standard output belongs to the command.
    onBegin: ({ id, name }) => say(output.style.dim(`● ${name}  ${id}`)),
  })
  output.result({ run, exitCode })
  say(`${statusMark(run.status, output.style)} ${run.name}  ${output.style.dim(run.id)}`)
  return exitLike(exitCode)
}

async function experimentOf(client: RegiaClient, runId: string): Promise<string> {
  const { experimentId } = await client.tracking.get(runId)
  return (await client.experiments.get(experimentId)).name
}
