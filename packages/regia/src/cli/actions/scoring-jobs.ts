import { createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SCORING_JOB_STATUSES, type ScoringJob } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatNumber, formatTime } from './format.ts'
import { oneOf } from './one-of.ts'
import { progressText } from './score.ts'
import { statusMark } from './status-mark.ts'

export const listScoringJobs: Action<{
  status: string | undefined
  limit: number
  cursor: string | undefined
}> = async ({ status, limit, cursor }, context) => {
  const { client } = await context.connect()
  const page = await client.scoringJobs.list({
    limit,
    ...(cursor !== undefined && { cursor }),
    ...(status !== undefined && { status: oneOf('--status', SCORING_JOB_STATUSES, status) }),
  })
  const next = page.nextCursor === undefined ? '' : `\nMore: --cursor ${page.nextCursor}`
  context.output.result(page, () => `${jobsTable(page.items, context.output)}${next}`)
}

export const showScoringJob: Action<{ job: string }> = async ({ job }, context) => {
  const { client } = await context.connect()
  const found = await client.scoringJobs.get(job)
  context.output.result(found, () => describeJob(found, context.output))
}

export const cancelScoringJob: Action<{ job: string }> = async ({ job }, context) => {
  const { client } = await context.connect()
  const found = await client.scoringJobs.cancel(job)
  context.output.result(found, () => `${found.id} is ${found.status}.`)
}

export const deleteScoringJob: Action<{ job: string }> = async ({ job }, context) => {
  const { client } = await context.connect()
  await client.scoringJobs.delete(job)
  const { style, result } = context.output
  result({ job }, () => `${style.green('✓')} ${job} is deleted. "regia gc --apply" frees the room of its result.`)
}

export const fetchScoringJob: Action<{ job: string; out: string; quarantine: boolean }> = async (input, context) => {
  const { client } = await context.connect()
  const path = resolve(context.workingDir, input.out)
  const stream = await client.scoringJobs.result(input.job, { quarantine: input.quarantine })
  const partial = `${path}.partial`
  try {
    await pipeline(Readable.fromWeb(stream), createWriteStream(partial))
    await rename(partial, path)
  } finally {
    await rm(partial, { force: true })
  }
  context.output.result({ job: input.job, out: path }, () => `${context.output.style.green('✓')} ${input.out}`)
}

function jobsTable(jobs: readonly ScoringJob[], { table, style }: Output): string {
  if (jobs.length === 0) return 'There is no scoring job. "regia score MODEL --in FILE --detach" makes one.'
  return table(jobs, [
    { title: 'Job', value: ({ id }) => id },
    { title: 'Status', value: ({ status }) => statusMark(status, style) },
    { title: 'Model', value: ({ model }) => `${model.name}@${model.version}`, shrinks: true },
    { title: 'Input', value: inputText, shrinks: true },
    { title: 'Rows', value: ({ progress }) => formatNumber(progress.rowsDone), align: 'right' },
    { title: 'Made', value: ({ createdAt }) => formatTime(createdAt) },
  ])
}

const inputText = ({ spec: { input } }: ScoringJob): string =>
  'dataset' in input ? `${input.dataset}@${input.version}` : `a ${input.format} file`

export function describeJob(job: ScoringJob, { style }: Output): string {
  const { result, error } = job
  const lines = [
    `${style.bold(job.id)}  ${statusMark(job.status, style)}`,
    `${job.model.name} version ${job.model.version} over ${inputText(job)}, asked for by ${job.by} at ${formatTime(job.createdAt)}`,
  ]
  if (job.status === 'running')
    lines.push(`${Math.floor(job.progress.fraction * 100)} %: ${progressText(job.progress)}`)
  if (error) lines.push(`${style.red('✗')} ${error.message}`, ...(error.hint === undefined ? [] : [error.hint]))
  if (result)
    lines.push(
      `${style.green('✓')} ${formatNumber(result.rowCount)} rows: regia scoring-jobs fetch ${job.id} --out FILE`,
    )
  if (result?.dataset) lines.push(`  they are ${result.dataset.name} version ${result.dataset.version}`)
  if (result?.quarantine) {
    lines.push(`${style.yellow('▲')} ${formatNumber(result.quarantine.rowCount)} rows could not be scored:`)
    lines.push(...result.quarantine.reasons.map(({ reason, rowCount }) => `    ${rowCount} × ${reason}`))
  }
  return lines.join('\n')
}
