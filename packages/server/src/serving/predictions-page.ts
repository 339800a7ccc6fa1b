import { type LoggedPrediction, type Page, RegiaError, toIso } from '@regia/core'
import type { CountStore } from './log-consumer/index.ts'
import type {
  EndpointLog,
  LogPosition,
  PlacedRecord,
  PredictionFilter,
  PredictionRecord,
} from './prediction-log/index.ts'

export type PredictionsQuery = PredictionFilter & { readonly limit: number; readonly cursor?: string | undefined }

/** A page of logged predictions, newest first, with what became of them. */
export async function predictionsPage(
  log: EndpointLog,
  counts: CountStore,
  { limit, cursor, ...filter }: PredictionsQuery,
): Promise<Page<LoggedPrediction>> {
  const found: PlacedRecord<PredictionRecord>[] = []
  for (const placed of log.predictionsBefore(parseCursor(cursor), filter)) {
    found.push(placed)
    if (found.length > limit) break
  }
  const items = found.slice(0, limit)
  const { labels, shadows } = await counts.findOutcomes(items.map(({ id }) => id))
  const last = items.at(-1)
  return {
    items: items.map(({ id, record }) => {
      const actual = labels.get(id)
      const shadow = shadows.get(id)
      return {
        ...loggedPrediction(log.endpoint, id, record),
        ...(actual !== undefined && { actual }),
        ...(shadow && { shadow }),
      }
    }),
    ...(found.length > limit && last && { nextCursor: `${last.end.segment}.${last.end.offset}` }),
    total: log.countPredictions(filter),
  }
}

const loggedPrediction = (endpoint: string, id: string, record: PredictionRecord): LoggedPrediction => ({
  id,
  endpoint,
  model: record.model,
  version: record.version,
  row: record.row,
  score: record.score,
  ...(record.label !== undefined && { label: record.label }),
  ...(record.servedBy !== undefined && { servedBy: record.servedBy }),
  ...(record.isUndecided && { isUndecided: true }),
  at: toIso(record.at),
  loggedAt: toIso(record.loggedAt),
  latencyMs: record.latencyMs,
})

function parseCursor(cursor: string | undefined): LogPosition | undefined {
  if (cursor === undefined) return undefined
  const [, segment, offset] = /^(\d+)\.(\d+)$/.exec(cursor) ?? []
  if (segment !== undefined && offset !== undefined) return { segment: Number(segment), offset: Number(offset) }
  throw new RegiaError('INVALID_INPUT', 'The cursor is none that this list gave.', {
    where: 'query.cursor',
    hint: 'Take "nextCursor" of the page before, or leave it out to begin.',
  })
}
