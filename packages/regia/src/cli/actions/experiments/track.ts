import { durationMs } from '@regia/core'
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
  const say = (text: string) => terminal.writeError(`${text}\n`)
  const { run, exitCode } = await trackProgram({
    client,
    url,
    token: server?.token ?? token,
    user: environment.user,
    command: input.command,
    workingDir,
    env: process.env,
    experiment: input.experiment ?? tracking.experiment,
    name: input.name,
    parent: input.parent,
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
