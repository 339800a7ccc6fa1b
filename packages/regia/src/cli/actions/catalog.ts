import { type CatalogItem, type CatalogPreview, RegiaError } from '@regia/core'
import type { Connection } from '../../project/connect.ts'
import { deployPipeline } from '../../project/deploy.ts'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import type { Output } from '../output.ts'
import { formatBytes, formatNumber, formatValue } from './format.ts'

type ListInput = { pipeline: string; version: number | undefined }

export const listCatalog: Action<ListInput> = async (input, context) => {
  const connection = await context.connect()
  const version = await versionOf(connection, input, context)
  const { entries } = await connection.client.pipelines.catalog(input.pipeline, { version })
  const { output } = context
  output.result({ pipeline: input.pipeline, version, environment: connection.project.environment, entries }, () =>
    entries.length === 0 ? `Pipeline "${input.pipeline}" has no catalog.` : catalogTable(entries, output),
  )
}

type ShowInput = ListInput & { entry: string; limit: number }

export const showEntry: Action<ShowInput> = async (input, context) => {
  const connection = await context.connect()
  const version = await versionOf(connection, input, context)
  const { pipeline, entry, limit } = input
  const preview = await connection.client.pipelines.previewCatalog(pipeline, entry, { version, limit })
  context.output.result(preview, () => previewText(preview, context.output))
}

/** What the project says now is deployed first, as "regia plan" does; a pipeline of another project is looked at as the server has it. */
async function versionOf(
  connection: Connection,
  { pipeline, version }: ListInput,
  { output }: Context,
): Promise<number> {
  if (version !== undefined) return version
  const deployed = await output.waiting('Bundling the code', deployPipeline(connection, pipeline)).catch((error) => {
    if (error instanceof RegiaError && error.code === 'NOT_FOUND') return undefined
    throw error
  })
  return (deployed ?? (await connection.client.pipelines.get(pipeline))).version
}

const catalogTable = (entries: readonly CatalogItem[], output: Output): string => {
  const table = output.table(entries, [
    { title: 'entry', value: ({ name }) => name },
    { title: 'kind', value: ({ entry }) => entry.kind },
    { title: 'from', value: placeOf },
    { title: 'state', value: ({ state }) => stateMark(state, output) },
    { title: 'rows', value: ({ rowCount }) => formatNumber(rowCount), align: 'right' },
    {
      title: 'size',
      value: ({ sizeBytes }) => (sizeBytes === undefined ? '' : formatBytes(sizeBytes)),
      align: 'right',
    },
    { title: 'read by', value: ({ readBy }) => readBy.join(', '), shrinks: true },
    { title: 'saved by', value: ({ savedBy }) => savedBy.join(', '), shrinks: true },
  ])
  const problems = entries.flatMap(({ name, problem }) => (problem ? [`${output.style.bold(name)}: ${problem}`] : []))
  return [table, ...(problems.length ? ['', ...problems] : [])].join('\n')
}

function placeOf({ entry, version }: CatalogItem): string {
  if ('path' in entry) return entry.path
  const name = entry.kind === 'dataset' ? entry.dataset : `${entry.model}@${entry.version}`
  return version === undefined ? name : `${name} (version ${version})`
}

const stateMark = (state: CatalogItem['state'], { style }: Output): string =>
  state === 'there' ? style.green('✓ there') : style.red(`✗ ${state}`)

function previewText({ columns, rows, rowCount, text, value }: CatalogPreview, output: Output): string {
  if (rows && columns) {
    const table = output.table(
      rows,
      columns.map(({ name }) => ({ title: name, value: (row) => formatValue(row[name] ?? null), shrinks: true })),
    )
    return rowCount !== undefined && rowCount > rows.length ? `${table}\n\n${rows.length} of ${rowCount} rows.` : table
  }
  if (text !== undefined) return text
  if (value !== undefined) return JSON.stringify(value, null, 2)
  return 'This is no text: there is nothing to show of it.'
}
