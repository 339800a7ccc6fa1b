import { RegiaError } from '@regia/core'
import { scoreRows } from '@regia/engine'
import { load } from './load.ts'
import type { FromWorker, ToWorker } from './messages.ts'

/** Scores one file, beside the page, which stays free. */
export function serveWorker(): void {
  const tell = (message: FromWorker): void => postMessage(message)
  addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
    scoreFile(data, tell).catch((error: unknown) => {
      const known = error instanceof RegiaError ? error : new RegiaError('INTERNAL', String(error))
      tell({ kind: 'failed', error: known.toBody() })
    })
  })
}

async function scoreFile({ file, format }: ToWorker, tell: (message: FromWorker) => void): Promise<void> {
  const { model, predictColumns } = await load()
  const startedAt = performance.now()
  let readBytes = 0
  async function* bytes(): AsyncGenerator<Uint8Array> {
    const reader = file.stream().getReader()
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      readBytes += piece.value.length
      yield piece.value
    }
  }
  // A blob may lie on the browser's disk; one long text would not.
  const parts: Blob[] = []
  let rowCount = 0
  for await (const scored of scoreRows({
    bytes: bytes(),
    format,
    signature: model.signature,
    predict: predictColumns,
  })) {
    parts.push(new Blob([scored.text]))
    rowCount = scored.rowCount
    tell({ kind: 'progress', readBytes, rowCount })
  }
  const type = format === 'csv' ? 'text/csv' : 'application/x-ndjson'
  tell({ kind: 'done', result: new Blob(parts, { type }), rowCount, durationMs: performance.now() - startedAt })
}
