import { createHash } from 'node:crypto'
import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RegiaError, type Row } from '@regia/core'
import { type Predictions, type RowFormat, rowFormatOf, scoreRows } from '@regia/engine'
import { statusOf } from '../error-reply.ts'
import type { ServedModel } from '../served-model.ts'
import type { S3Client, S3File, S3Place } from './s3-client.ts'

export type ScoredObject =
  | { readonly status: 'scored'; readonly rowCount: number }
  /** What the object's owner must mend: trying again would not help. */
  | { readonly status: 'refused'; readonly error: RegiaError }
  | { readonly status: 'gone' }

type Work = {
  readonly client: S3Client
  readonly served: ServedModel
  readonly headers: Readonly<Record<string, string>>
}

const TYPES: Readonly<Record<RowFormat, string>> = { csv: 'text/csv; charset=utf-8', jsonl: 'application/x-ndjson' }

/**
 * Scores an object into another one: in pieces, by way of a file, so that memory stays the same and nobody ever reads half a result. Equal
 * objects give equal results, so that an event that comes twice changes nothing. What is wrong with the object is written beside where
 * the result would be, as `KEY.error.json`.
 *
 * @throws RegiaError `UNAVAILABLE` for what may work the next time.
 */
export async function scoreObject(from: S3Place, to: S3Place, work: Work): Promise<ScoredObject> {
  const { client, served, headers } = work
  const source = await client.read(from)
  if (!source) return { status: 'gone' }
  const folder = await mkdtemp(join(tmpdir(), 'scored-'))
  const described = { ...headers, 'x-amz-meta-source-etag': source.etag.replaceAll('"', '') }
  try {
    const format = formatOf(from)
    const { file, rowCount } = await scoreToFile(source.bytes, format, served, join(folder, 'result'))
    await client.write(to, file, { ...described, 'content-type': TYPES[format] })
    return { status: 'scored', rowCount }
  } catch (error) {
    if (!(error instanceof RegiaError) || statusOf(error) >= 500) throw error
    const body = `${JSON.stringify({ object: `s3://${from.bucket}/${from.key}`, error: error.toBody() }, undefined, 2)}\n`
    const file = await writeFile(join(folder, 'error'), [body])
    await client.write({ ...to, key: `${to.key}.error.json` }, file, {
      ...described,
      'content-type': 'application/json',
    })
    return { status: 'refused', error }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function formatOf({ bucket, key }: S3Place): RowFormat {
  const format = rowFormatOf(key)
  if (format) return format
  throw new RegiaError('INVALID_INPUT', 'The name of the object does not tell its format.', {
    where: `s3://${bucket}/${key}`,
    hint: 'End it in .csv, .jsonl or .ndjson.',
  })
}

async function scoreToFile(bytes: AsyncIterable<Uint8Array>, format: RowFormat, served: ServedModel, path: string) {
  const { signature } = served.deployment
  let rowCount = 0
  async function* texts(): AsyncGenerator<string> {
    const predict = (rows: readonly Row[]): Promise<Predictions> => served.deployment.score(rows)
    for await (const scored of scoreRows({ bytes, format, signature, predict })) {
      rowCount = scored.rowCount
      yield scored.text
    }
  }
  const file = await writeFile(path, texts())
  return { file, rowCount }
}

/** Writes a file and tells its length and digest, which S3 wants to know first. */
async function writeFile(path: string, texts: AsyncIterable<string> | Iterable<string>): Promise<S3File> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const handle = await open(path, 'w')
  try {
    for await (const text of texts) {
      const bytes = Buffer.from(text)
      hash.update(bytes)
      sizeBytes += bytes.length
      await handle.write(bytes)
    }
  } finally {
    await handle.close()
  }
  return { path, sizeBytes, sha256: hash.digest('hex') }
}
