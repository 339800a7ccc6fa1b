import type { CatalogEntry, catalogEntrySchema, SecretRef } from '@regia/core'
import { z } from 'zod'
import { jsonSchemaOf, type SchemaInput } from '../ports.ts'
import type { FileData, ModelData, TableData } from '../refs.ts'

declare const holds: unique symbol

/** A name's place outside the pipeline, as its author writes it. */
export type Entry<Held> = {
  readonly entry: z.input<typeof catalogEntrySchema>
  readonly [holds]?: Held
}
/** A name that each run may be given another value for. */
export type ParamEntry<Schema extends z.ZodType = z.ZodType> = { readonly param: Schema }

export type AnyEntry = Entry<unknown> | ParamEntry
export type Entries = { readonly [name: string]: AnyEntry }

/** What is behind a name. */
export type Held<E> = E extends ParamEntry<infer Schema> ? z.output<Schema> : E extends Entry<infer Data> ? Data : never

type Place = {
  /** A file inside the project, or an `https:` address to read from. */
  readonly path: string
  readonly description?: string
}
type TablePlace = Place & {
  /** Columns and rules; rows that break one are kept out, in quarantine. */
  readonly schema?: SchemaInput
  /** Where a token is found that is sent to an `https:` address: `{ env: 'NAME' }` or `{ file: 'path' }`. It is never stored or logged. */
  readonly credentials?: SecretRef
}
type Json = z.output<ReturnType<typeof z.json>>

const tableEntry =
  (format: Extract<CatalogEntry, { kind: 'table' }>['format']) =>
  ({ schema, ...place }: TablePlace): Entry<TableData> => ({
    entry: { kind: 'table', format, ...place, ...(schema && { schema: writable(schema) }) },
  })

const writable = ({ columns, ...rest }: SchemaInput) => ({
  ...rest,
  columns: columns.map(({ oneOf, ...column }) => ({ ...column, ...(oneOf && { oneOf: [...oneOf] }) })),
})

/**
 * What a catalog's names may stand for.
 *
 * - `csv`, `parquet`, `jsonl`: a table in a file. `file`: any file. `json`: a value, by its schema.
 * - `dataset`, `model`: Regia's own, the version pinned or the latest (of a model: an alias, default `champion`).
 * - `param`: a value that a run may be given, with its schema and default.
 *
 * @example catalog({ flights: entry.csv({ path: 'data/flights.csv' }), depth: entry.param(z.number().int(), 6) })
 */
export const entry = {
  csv: tableEntry('csv'),
  parquet: tableEntry('parquet'),
  jsonl: tableEntry('jsonl'),
  file: (place: Place & { readonly mediaType?: string }): Entry<FileData> => ({ entry: { kind: 'file', ...place } }),
  json: jsonEntry,
  dataset: (
    name: string,
    options: { readonly version?: number; readonly description?: string } = {},
  ): Entry<TableData> => ({
    entry: { kind: 'dataset', dataset: name, ...options },
  }),
  model: (
    name: string,
    options: { readonly version?: string | number; readonly description?: string } = {},
  ): Entry<ModelData> => ({ entry: { kind: 'model', model: name, ...options } }),
  param: paramEntry,
} as const

function jsonEntry(place: Place): Entry<Json>
function jsonEntry<Schema extends z.ZodType>(place: Place & { readonly schema: Schema }): Entry<z.output<Schema>>
function jsonEntry({ schema, ...place }: Place & { readonly schema?: z.ZodType }): Entry<unknown> {
  return { entry: { kind: 'json', ...place, ...(schema && { schema: jsonSchemaOf(schema).schema }) } }
}

function paramEntry<Schema extends z.ZodType>(schema: Schema): ParamEntry<Schema>
function paramEntry<Schema extends z.ZodType>(
  schema: Schema,
  byDefault: z.util.NoUndefined<z.output<Schema>>,
): ParamEntry<z.ZodDefault<Schema>>
function paramEntry(schema: z.ZodType, byDefault?: unknown): ParamEntry {
  return { param: byDefault === undefined ? schema : z._default(schema, byDefault) }
}
