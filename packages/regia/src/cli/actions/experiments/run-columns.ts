import { type LoggedNumber, RegiaError, type TrackedRun } from '@regia/core'
import { formatDuration, formatNumber, formatTime, spanMs } from '../format.ts'

/** A column of a list of runs. */
export type RunColumn = {
  readonly title: string
  /** As it is, for programs. */
  readonly raw: (run: TrackedRun) => string
  /** For a person. */
  readonly text: (run: TrackedRun) => string
  readonly select?: { readonly kind: 'params' | 'metrics' | 'tags'; readonly key: string }
}

const seconds = (run: TrackedRun): string => {
  const ms = spanMs(run.startedAt, run.finishedAt)
  return ms === undefined ? '' : String(ms / 1000)
}

const ATTRIBUTES: { readonly [name: string]: Omit<RunColumn, 'title'> } = {
  id: same((run) => run.id),
  name: same((run) => run.name),
  status: same((run) => run.status),
  user: same((run) => run.user ?? ''),
  started: { raw: (run) => run.startedAt ?? '', text: (run) => formatTime(run.startedAt) },
  finished: { raw: (run) => run.finishedAt ?? '', text: (run) => formatTime(run.finishedAt) },
  took: { raw: seconds, text: (run) => formatDuration(spanMs(run.startedAt, run.finishedAt)) },
  source: same((run) => run.source),
  parent: same((run) => run.parentId ?? ''),
  note: same((run) => run.note ?? ''),
}

function same(value: (run: TrackedRun) => string): Omit<RunColumn, 'title'> {
  return { raw: value, text: value }
}

/** The columns that were asked for. @param list - `params.depth,metrics.auc,status`. @throws RegiaError `INVALID_INPUT` for one that there is not. */
export const parseColumns = (list: string): RunColumn[] =>
  list
    .split(',')
    .map((word) => word.trim())
    .filter(Boolean)
    .map(columnOf)

function columnOf(title: string): RunColumn {
  const [, entity, quoted] = /^(param|metric|tag)s?\.(.+)$/.exec(title) ?? []
  if (quoted !== undefined) return keyColumn(title, entity!, quoted.replace(/^([`"])(.*)\1$/, '$2'))
  const attribute = ATTRIBUTES[title.replace(/^attributes?\./, '')]
  if (attribute) return { title, ...attribute }
  throw new RegiaError('INVALID_INPUT', `There is no column "${title}".`, {
    where: '--columns',
    hint: `Name params.KEY, metrics.KEY, tags.KEY or one of ${Object.keys(ATTRIBUTES).join(', ')}.`,
  })
}

function keyColumn(title: string, entity: string, key: string): RunColumn {
  if (entity === 'param') return { title, select: { kind: 'params', key }, ...same((run) => run.params[key] ?? '') }
  if (entity === 'tag') return { title, select: { kind: 'tags', key }, ...same((run) => run.tags[key] ?? '') }
  const latest = (run: TrackedRun) => run.metrics.find((metric) => metric.key === key)?.value
  return {
    title,
    select: { kind: 'metrics', key },
    raw: (run) => String(latest(run) ?? ''),
    text: (run) => numberText(latest(run)),
  }
}

export const numberText = (value: LoggedNumber | undefined): string =>
  typeof value === 'string' ? value : formatNumber(value)
