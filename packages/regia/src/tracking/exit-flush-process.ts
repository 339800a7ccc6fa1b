import { text } from 'node:stream/consumers'
import type { LogBatch, UpdateTrackedRun } from '@regia/core'
import { createClient } from '@regia/sdk'
import { patiently } from './patiently.ts'
import { performUpload } from './upload.ts'

/** What a process could not send before it had to end. */
export type LastWords = {
  readonly url: string
  readonly token?: string | undefined
  readonly runs: readonly {
    readonly id: string
    readonly batches: readonly Partial<LogBatch>[]
    readonly files: readonly ({ readonly path: string } & ({ readonly from: string } | { readonly base64: string }))[]
    readonly change: UpdateTrackedRun
  }[]
}

const PATIENCE_MS = 5_000

/** Child program: sends what stands on its standard input, while the process that it speaks for waits and ends. */
const { url, token, runs }: LastWords = JSON.parse(await text(process.stdin))
const client = createClient({ url, ...(token !== undefined && { token }) })

async function send(what: string, work: () => Promise<unknown>): Promise<void> {
  await patiently(work, PATIENCE_MS).catch((error: unknown) => {
    process.stderr.write(`regia: ${what} was lost: ${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  })
}

for (const { id, batches, files, change } of runs) {
  for (const batch of batches) await send(`a part of the logs of run ${id}`, () => client.tracking.log(id, batch))
  await send(`the status of run ${id}`, () => client.tracking.update(id, change))
  for (const file of files) {
    const upload = 'from' in file ? file : { path: file.path, content: Buffer.from(file.base64, 'base64') }
    await send(`the artifact "${file.path}" of run ${id}`, () => performUpload(client, id, upload))
  }
}
