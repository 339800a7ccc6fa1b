import { type LoggedNumber, RegiaError, toIso } from '@regia/core'
import type { Action } from '../../command.ts'
import { csvLine } from './list-runs.ts'

const PAGE = 1000

type Point = { readonly step: number; readonly atMs: number; readonly value: LoggedNumber }

export const metricHistory: Action<{ run: string; key: string }> = async ({ run, key }, context) => {
  const { client } = await context.connect()
  const { output, terminal } = context
  const points: Point[] = []
  let cursor: string | undefined
  let count = 0
  do {
    const page = await client.tracking.history(run, key, { limit: PAGE, ...(cursor !== undefined && { cursor }) })
    if (count === 0 && page.items.length > 0 && !output.isJson) terminal.write(csvLine(['step', 'at', 'value']))
    for (const point of page.items) {
      if (output.isJson) points.push(point)
      else terminal.write(csvLine([String(point.step), toIso(point.atMs), String(point.value)]))
    }
    count += page.items.length
    cursor = page.nextCursor
  } while (cursor !== undefined)
  if (count === 0) throw noPoints(run, key)
  output.result({ items: points })
}

const noPoints = (run: string, key: string): RegiaError =>
  new RegiaError('NOT_FOUND', `The run has no metric "${key}".`, {
    where: `run ${run}`,
    hint: `"regia experiments show-run ${run}" lists its metrics.`,
  })
