import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import {
  type ColumnProfile,
  type DatasetVersion,
  RegiaError,
  type Row,
  type TableSchema,
  tableSchemaSchema,
} from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatBytes, formatNumber, formatTime, formatValue, plural } from './format.ts'
import { parseJson } from './read-rows.ts'

export const addData: Action<{
  file: string
  name: string
  schema: string | undefined
  description: string | undefined
}> = async (input, context) => {
  const path = resolve(context.workingDir, input.file)
  const schema = input.schema ? await readSchema(resolve(context.workingDir, input.schema)) : undefined
  const { client } = await context.connect()
  const body = { path, ...(schema && { schema }), ...(input.description && { description: input.description }) }
  const version = await context.output.waiting(`Reading ${input.file}`, client.datasets.ingest(input.name, body))
  context.output.result(version, () => describeIngest(version, context.output))
}

async function readSchema(path: string): Promise<TableSchema> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    throw new RegiaError('INVALID_INPUT', `The schema file cannot be read.`, {
      where: path,
      cause,
      hint: 'Check the path after --schema.',
    })
  })
  const parsed = tableSchemaSchema.safeParse(parseJson(text, path))
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  throw new RegiaError('INVALID_INPUT', `The schema is wrong at "${issue.path.join('.')}": ${issue.message}.`, {
    where: path,
    hint: 'A schema is {"columns": [{"name": "species", "type": "string"}, …]}.',
  })
}

function describeIngest(version: DatasetVersion, { style }: Output): string {
  const lines = [
    `${style.green('✓')} ${style.bold(`${version.dataset} version ${version.version}`)}  ${plural(version.validRowCount, 'row')}, ${plural(version.columns.length, 'column')}, ${formatBytes(version.sizeBytes)}`,
  ]
  if (version.quarantinedRowCount) {
    lines.push(
      `${style.yellow('▲')} ${plural(version.quarantinedRowCount, 'row')} in quarantine ("regia data quarantine ${version.dataset}" shows them):`,
    )
    lines.push(...version.quarantineReasons.map(({ reason, rowCount }) => `    ${rowCount} × ${reason}`))
  }
  return lines.join('\n')
}

export const listData: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect()
  const page = await client.datasets.list({ limit: 1000 })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No datasets yet. Add one with "regia data add FILE --name NAME".'
      : output.table(page.items, [
          { title: 'dataset', value: (each) => each.name },
          { title: 'version', value: (each) => String(each.latestVersion), align: 'right' },
          { title: 'rows', value: (each) => formatNumber(each.rowCount), align: 'right' },
          { title: 'size', value: (each) => formatBytes(each.sizeBytes), align: 'right' },
          { title: 'updated', value: (each) => formatTime(each.updatedAt) },
          { title: 'description', value: (each) => each.description, shrinks: true },
        ]),
  )
}

export const showData: Action<{ name: string; version: number | undefined }> = async (input, context) => {
  const { client } = await context.connect()
  const version = await client.datasets.version(input.name, input.version ?? 'latest')
  const { output } = context
  output.result(version, () =>
    [
      describeIngest(version, output),
      output.style.dim(`from ${version.sourceName} · ${version.digest}`),
      '',
      profileTable(version, output),
    ].join('\n'),
  )
}

const profileTable = (version: DatasetVersion, output: Output) =>
  output.table(version.profile.columns, [
    { title: 'column', value: (column) => column.name },
    { title: 'type', value: (column) => column.type },
    { title: 'nulls', value: (column) => formatNumber(column.nullCount), align: 'right' },
    { title: 'distinct', value: (column) => formatNumber(column.distinctCount), align: 'right' },
    { title: 'values', value: valuesText, shrinks: true },
  ])

function valuesText(column: ColumnProfile): string {
  if (column.topValues) return column.topValues.map(({ value, count }) => `${value} (${count})`).join(', ')
  const bound = (value: number | undefined) =>
    column.type === 'timestamp' && value !== undefined ? new Date(value).toISOString() : formatNumber(value)
  const mean = column.mean === undefined || column.type === 'timestamp' ? '' : `, mean ${formatNumber(column.mean)}`
  return `${bound(column.minimum)} … ${bound(column.maximum)}${mean}`
}

type RowsInput = { name: string; version: number | undefined; limit: number }

export const showRows: Action<RowsInput> = (input, context) => printRows(input, context, false)
export const showQuarantine: Action<RowsInput> = (input, context) => printRows(input, context, true)

async function printRows(
  input: RowsInput,
  context: Parameters<typeof showRows>[1],
  quarantined: boolean,
): Promise<void> {
  const { client } = await context.connect()
  const version = input.version ?? (await client.datasets.version(input.name, 'latest')).version
  const page = await client.datasets.rows(input.name, version, {
    limit: input.limit,
    ...(quarantined && { quarantined }),
  })
  const { output } = context
  const nothing = quarantined ? 'No row of this version is in quarantine.' : 'This version has no rows.'
  output.result(page, () => (page.items.length ? rowTable(page.items, output) : nothing))
}

function rowTable(rows: readonly Row[], output: Output): string {
  const names = Object.keys(rows[0]!)
  return output.table(
    rows,
    names.map((name) => ({
      title: name === '_reason' ? 'reason' : name,
      value: (row: Row) => formatValue(row[name] ?? null),
      shrinks: true,
    })),
  )
}
