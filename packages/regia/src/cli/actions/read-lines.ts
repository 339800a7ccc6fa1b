import type { LogLine } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'

export type LineQuery = NonNullable<Parameters<RegiaClient['runs']['logs']>[1]>

export type LineReader = { readonly runs: Pick<RegiaClient['runs'], 'logs'> }

const LINES_AT_ONCE = 1_000

/** Reads what a run's steps have written after a line, page by page. Says after which line to go on. */
export async function readLines(
  client: LineReader,
  runId: string,
  query: LineQuery & { readonly after: number },
  take: (lines: readonly LogLine[]) => void,
): Promise<number> {
  for (let { after } = query; ; ) {
    const { lines, next } = await client.runs.logs(runId, { ...query, after, limit: LINES_AT_ONCE })
    take(lines)
    after = next
    if (lines.length < LINES_AT_ONCE) return after
  }
}
