import { createReadStream } from 'node:fs'
import { access } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { Readable } from 'node:stream'
import { type NewScoringJob, nameSchema, RegiaError, SCORING_FORMATS } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Context } from '../context.ts'
import type { ScoreInput } from './score.ts'
import { findDatasetVersion } from './scoring-input.ts'
import { describeJob } from './scoring-jobs.ts'

/** Hands a scoring over to the server, which goes on when this command is over. @throws RegiaError `CONFLICT` where no server runs. */
export async function scoreDetached(input: ScoreInput, context: Context): Promise<void> {
  const { client, isOwner } = await context.connect()
  if (isOwner) {
    throw new RegiaError('CONFLICT', 'There is no server that would go on when this command is over.', {
      where: '--detach',
      hint: 'Start "regia up" in another terminal, or leave out --detach.',
    })
  }
  const { key, columns, onBadRow } = input
  const job = await client.scoringJobs.create({
    model: input.model,
    input: await jobInput(client, input.in, context),
    output: outputOf(input.out),
    onBadRow: onBadRow === 'quarantine' ? 'quarantine' : 'fail',
    ...(key !== undefined && { key }),
    ...(columns !== undefined && { columns: columns.split(',').map((column) => column.trim()) }),
  })
  context.output.result(job, () => describeJob(job, context.output))
}

const FORMATS = [...SCORING_FORMATS, 'tsv'] as const

async function jobInput(
  client: RegiaClient,
  text: string,
  { workingDir, output }: Context,
): Promise<NewScoringJob['input']> {
  const path = resolve(workingDir, text)
  const ending = extname(text).slice(1).toLowerCase()
  const isFile = await access(path).then(
    () => true,
    () => false,
  )
  if (!isFile && ending === '') {
    const { dataset, version } = await findDatasetVersion(client, text)
    return { dataset, version }
  }
  const format = FORMATS.find((known) => known === ending)
  if (!isFile || !format) {
    throw new RegiaError('INVALID_INPUT', isFile ? 'The name does not say a format.' : 'There is no such file.', {
      where: path,
      hint: `Name a file that ends in ${FORMATS.join(', ')}, or a dataset.`,
    })
  }
  const { digest } = await output.waiting(`Uploading ${text}`, client.blobs.write(bytesOf(path)))
  return { file: digest, format }
}

// Node's own stream of the web is the one that fetch takes.
const bytesOf = (path: string): ReadableStream<Uint8Array> =>
  Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>

/** A name with an ending says a format, one without is a dataset. */
function outputOf(out: string | undefined): NewScoringJob['output'] {
  if (out === undefined) return {}
  const ending = extname(out).slice(1).toLowerCase()
  const format = SCORING_FORMATS.find((known) => known === ending)
  if (format) return { format }
  if (nameSchema.safeParse(out).success && ending === '') return { dataset: out }
  throw new RegiaError('INVALID_INPUT', `"${out}" is neither a dataset's name nor a file that is written.`, {
    where: '--out',
    hint: `With --detach name a dataset, such as "scores", or a format, such as "scores.csv".`,
  })
}
