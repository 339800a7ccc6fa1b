import type { SearchRuns, TrackedRun } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Action } from '../../command.ts'
import type { Context } from '../../context.ts'
import { formatDuration, formatTime, spanMs } from '../format.ts'
import { moreText } from '../more-text.ts'
import { statusMark } from '../status-mark.ts'
import { findExperiment } from './find-experiment.ts'
import { numberText, parseColumns, type RunColumn } from './run-columns.ts'

type RunsInput = {
  readonly experiment: string | undefined
  readonly filter: string | undefined
  readonly orderBy: readonly string[]
  readonly columns: string | undefined
  readonly children: boolean
  readonly deleted: boolean
  readonly csv: boolean
  readonly limit: number
  readonly cursor: string | undefined
}

export const listTrackedRuns: Action<RunsInput> = async (input, context) => {
  const columns = input.columns === undefined ? undefined : parseColumns(input.columns)
  const { client } = await context.connect()
  const search = await searchOf(input, columns, client)
  if (input.csv) return writeCsv(search, columns ?? (await allColumns(search, client)), client, context)
  const page = await client.tracking.search({ ...search, limit: input.limit })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No run matches.'
      : [
          columns ? chosenTable(page.items, columns, context) : usualTable(page.items, context),
          ...moreText(page.nextCursor, context),
        ].join('\n'),
  )
}

async function searchOf(
  { experiment, filter, orderBy, children, deleted, cursor }: RunsInput,
  columns: readonly RunColumn[] | undefined,
  client: RegiaClient,
): Promise<SearchRuns> {
  const found = experiment === undefined ? undefined : await findExperiment(client, experiment)
  return {
    ...(found && { experiments: [found.id] }),
    ...(filter !== undefined && { filter }),
    ...(orderBy.length > 0 && { orderBy: [...orderBy] }),
    ...(!children && { parent: 'none' }),
    ...(deleted && { lifecycle: 'deleted' }),
    ...(cursor !== undefined && { cursor }),
    ...(columns && { select: selectOf(columns) }),
  }
}

/** Only what is shown is fetched. */
const selectOf = (columns: readonly RunColumn[]): NonNullable<SearchRuns['select']> => {
  const keys = (kind: 'params' | 'metrics' | 'tags') =>
    columns.flatMap(({ select }) => (select?.kind === kind ? [select.key] : []))
  return { params: keys('params'), metrics: keys('metrics'), tags: keys('tags') }
}

const chosenTable = (runs: readonly TrackedRun[], columns: readonly RunColumn[], { output }: Context): string =>
  output.table(runs, [
    { title: 'run', value: (run) => run.id },
    ...columns.map(({ title, text }) => ({ title, value: text })),
  ])

const usualTable = (runs: readonly TrackedRun[], { output }: Context): string =>
  output.table(runs, [
    { title: 'run', value: (run) => run.id },
    { title: 'name', value: (run) => run.name },
    { title: 'status', value: (run) => statusMark(run.status, output.style) },
    { title: 'started', value: (run) => formatTime(run.startedAt) },
    { title: 'took', value: (run) => formatDuration(spanMs(run.startedAt, run.finishedAt)), align: 'right' },
    { title: 'params', value: (run) => pairsText(Object.entries(run.params)), shrinks: true },
    { title: 'metrics', value: (run) => pairsText(ownMetrics(run)), shrinks: true },
  ])

const pairsText = (pairs: readonly (readonly [string, string])[]) =>
  pairs.map(([key, value]) => `${key} ${value}`).join(', ')

const ownMetrics = (run: TrackedRun): [string, string][] =>
  run.metrics.flatMap(({ key, value }): [string, string][] =>
    key.startsWith('system/') ? [] : [[key, numberText(value)]],
  )

async function allColumns({ experiments }: SearchRuns, client: RegiaClient): Promise<RunColumn[]> {
  const { params, metrics } = await client.tracking.fields(experiments ? { experiments } : {})
  const names = ['name', 'status', 'started', 'took']
  const keys = [...params.map(({ key }) => `params.${key}`), ...metrics.map(({ key }) => `metrics.${key}`)]
  // A key holds no comma.
  return parseColumns([...names, ...keys].join(','))
}

const PAGE = 1000

/** Every run that matches, a page at a time, as it comes. */
async function writeCsv(
  search: SearchRuns,
  columns: readonly RunColumn[],
  client: RegiaClient,
  { terminal }: Context,
): Promise<void> {
  terminal.write(csvLine(['run', ...columns.map(({ title }) => title)]))
  let cursor = search.cursor
  do {
    const page = await client.tracking.search({ ...search, limit: PAGE, ...(cursor !== undefined && { cursor }) })
    for (const run of page.items) terminal.write(csvLine([run.id, ...columns.map(({ raw }) => raw(run))]))
    cursor = page.nextCursor
  } while (cursor !== undefined)
}

/** RFC 4180. */
export const csvLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`
