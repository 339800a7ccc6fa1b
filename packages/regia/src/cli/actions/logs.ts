import { setTimeout as wait } from 'node:timers/promises'
import type { LogLine } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { findRun } from './find-run.ts'
import { isOver } from './follow-run.ts'
import { type LineQuery, readLines } from './read-lines.ts'

type LogsInput = {
  readonly run: string
  readonly step: string | undefined
  readonly follow: boolean
  readonly attempt: number | undefined
  readonly item: number | undefined
  readonly search: string | undefined
}

const POLL_MS = 250

export const logs: Action<LogsInput> = async (input, context) => {
  const { client } = await context.connect()
  const run = await findRun(client, input.run)
  const query: LineQuery = {
    ...(input.step !== undefined && { step: input.step }),
    ...(input.attempt !== undefined && { attempt: input.attempt }),
    ...(input.item !== undefined && { item: input.item }),
    ...(input.search !== undefined && { search: input.search }),
  }
  const kept: LogLine[] = []
  const take = (lines: readonly LogLine[]) => {
    if (context.output.isJson) kept.push(...lines)
    else for (const line of lines) context.output.line(logText(line, context))
    count += lines.length
  }
  let count = 0
  const status = input.follow
    ? await followLines(client, run.id, query, take, context)
    : await readLines(client, run.id, { ...query, after: 0 }, take).then(() => run.status)
  context.output.result({ run: run.id, status, lines: kept }, count > 0 ? undefined : () => NOTHING)
  return input.follow ? exitOf(status) : EXIT.ok
}

const NOTHING = 'The steps of this run wrote nothing that was asked for.'

/** The run's status is read before its lines: when it is over, every line is there. Nothing when the person has seen enough. */
async function followLines(
  client: RegiaClient,
  runId: string,
  query: LineQuery,
  take: (lines: readonly LogLine[]) => void,
  { signal }: Context,
): Promise<string | undefined> {
  for (let after = 0; !signal.aborted; await wait(POLL_MS, undefined, { signal }).catch(() => undefined)) {
    const run = await client.runs.get(runId)
    after = await readLines(client, runId, { ...query, after }, take)
    if (isOver(run)) return run.status
  }
  return undefined
}

const exitOf = (status: string | undefined): ExitCode =>
  status === undefined ? EXIT.interrupted : status === 'succeeded' ? EXIT.ok : EXIT.failed

const logText = ({ step, stream, text }: LogLine, { output: { style } }: Context): string =>
  `${style.dim(step)}  ${stream === 'stderr' ? style.yellow(text) : text}`
