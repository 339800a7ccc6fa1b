import { type Backfill, type BackfillItem, type BackfillSpec, backfillSpecSchema, RegiaError } from '@regia/core'
import type { Connection } from '../../project/connect.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import type { Output } from '../output.ts'
import { formatTime, formatValue, plural } from './format.ts'
import { parseParams } from './params.ts'
import { statusMark } from './status-mark.ts'

const POLL_MS = 500

type StartInput = {
  pipeline: string
  from: string | undefined
  until: string | undefined
  every: string
  fromParam: string | undefined
  untilParam: string | undefined
  over: string | undefined
  param: readonly string[]
  concurrency: number
  version: number | undefined
  channel: string | undefined
  noFollow: boolean
}

export const startBackfill: Action<StartInput> = async (input, context) => {
  const spec = specOf(input)
  const connection = await context.connect({ needsWorker: true, needsScheduler: true })
  return lead(connection, await connection.client.backfills.start(spec), input.noFollow, context)
}

export const restartBackfill: Action<{ id: string; noFollow: boolean }> = async ({ id, noFollow }, context) => {
  const connection = await context.connect({ needsWorker: true, needsScheduler: true })
  return lead(connection, await connection.client.backfills.restart(id), noFollow, context)
}

/** What goes on in a home that this process owns goes on only as long as it does. */
async function lead(connection: Connection, started: Backfill, noFollow: boolean, context: Context): Promise<ExitCode> {
  const { output } = context
  output.line(`${output.style.bold(started.id)}  ${output.style.dim(plural(started.total, 'run'))}`)
  if (noFollow && !connection.isOwner) {
    output.result(started)
    return EXIT.ok
  }
  const ended = await follow(connection, started, context)
  output.result(ended, () => endText(ended, output))
  if (ended.status === 'running') return EXIT.interrupted
  return ended.status === 'succeeded' ? EXIT.ok : EXIT.failed
}

async function follow({ client }: Connection, started: Backfill, { output, signal }: Context): Promise<Backfill> {
  const progress = output.progress(`back-fill of ${started.spec.pipeline}`)
  let current = started
  while (current.status === 'running' && !signal.aborted) {
    const ended = current.succeeded + current.failed
    progress.update(ended / current.total, `${ended} of ${current.total}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    current = await client.backfills.get(started.id)
  }
  progress.clear()
  return current
}

function endText({ id, status, total, succeeded, failed }: Backfill, { style }: Output): string {
  const counts = `${succeeded} of ${total} succeeded, ${failed} failed`
  if (status === 'running') return `${counts}; it goes on with the next "regia up".`
  const again = status === 'succeeded' ? '' : `\n"regia backfill restart ${id}" runs the others again.`
  return `${statusMark(status, style)}  ${counts}.${again}`
}

/** @throws RegiaError `INVALID_INPUT` where the options do not say over what it goes. */
function specOf(input: StartInput): BackfillSpec {
  const { pipeline, concurrency, version, channel } = input
  const spec = { pipeline, concurrency, version, channel, params: parseParams(input.param), over: overOf(input) }
  const parsed = backfillSpecSchema.safeParse(spec)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new RegiaError('INVALID_INPUT', `The back-fill is not right: ${issue?.message ?? 'unknown'}.`, {
    where: issue?.path.join('.') ?? 'over',
    hint: 'Days are written as 2026-01-31; --every takes day, week or month.',
  })
}

function overOf({ over, from, until, every, fromParam, untilParam }: StartInput): unknown {
  if (over !== undefined) {
    const [[param, values] = ['', undefined]] = Object.entries(parseParams([over]))
    if (Array.isArray(values)) return { kind: 'values', param, values }
    throw new RegiaError('INVALID_INPUT', `--over wants a list, and got ${formatValue(values)}.`, {
      where: '--over',
      hint: `Write it as JSON: --over 'region=["north","south"]'.`,
    })
  }
  if (from === undefined || until === undefined || fromParam === undefined) {
    throw new RegiaError('INVALID_INPUT', 'A back-fill goes over a span of days or over values.', {
      where: 'regia backfill start',
      hint: 'Give --from, --until and --from-param, or --over NAME=LIST.',
    })
  }
  return { kind: 'time', from, until, every, fromParam, ...(untilParam !== undefined && { untilParam }) }
}

export const listBackfills: Action<{ pipeline: string | undefined; limit: number }> = async (query, context) => {
  const { client } = await context.connect()
  const { pipeline, limit } = query
  const page = await client.backfills.list({ limit, ...(pipeline !== undefined && { pipeline }) })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No back-fills yet. "regia backfill start PIPELINE" starts one.'
      : output.table(page.items, [
          { title: 'back-fill', value: (each: Backfill) => each.id },
          { title: 'pipeline', value: ({ spec }) => `${spec.pipeline} version ${spec.version ?? 'latest'}` },
          { title: 'status', value: (each) => statusMark(each.status, output.style) },
          { title: 'succeeded', value: (each) => `${each.succeeded} of ${each.total}`, align: 'right' },
          { title: 'failed', value: (each) => String(each.failed), align: 'right' },
          { title: 'started', value: (each) => formatTime(each.createdAt) },
        ]),
  )
}

type ShowInput = { id: string; status: string | undefined; limit: number }

export const showBackfill: Action<ShowInput> = async ({ id, status, limit }, context) => {
  const { client } = await context.connect()
  const [backfill, items] = [
    await client.backfills.get(id),
    await client.backfills.items(id, { limit, ...(status !== undefined && { status }) }),
  ]
  const { output } = context
  output.result({ ...backfill, items: items.items }, () =>
    [
      output.style.bold(`${id}  ${backfill.spec.pipeline}`),
      endText(backfill, output),
      '',
      itemTable(items.items, output),
    ].join('\n'),
  )
}

const itemTable = (items: readonly BackfillItem[], output: Output): string =>
  output.table(items, [
    { title: '#', value: (each) => String(each.index), align: 'right' },
    { title: 'status', value: (each) => statusMark(each.status, output.style) },
    { title: 'run', value: ({ run }) => (run ? `#${run.number} ${run.id}` : '') },
    {
      title: 'params',
      value: ({ params }) =>
        Object.entries(params)
          .map(([name, value]) => `${name}=${formatValue(value)}`)
          .join(' '),
      shrinks: true,
    },
    { title: 'error', value: ({ error, run }) => error?.message ?? run?.error?.message ?? '', shrinks: true },
  ])

export const cancelBackfill: Action<{ id: string }> = async ({ id }, context) => {
  const { client } = await context.connect()
  const backfill = await client.backfills.cancel(id)
  context.output.result(backfill, () => endText(backfill, context.output))
}
