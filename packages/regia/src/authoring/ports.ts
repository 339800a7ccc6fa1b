import {
  type columnRuleSchema,
  type PortType,
  RegiaError,
  type Row,
  type Table,
  type TableSchema,
  tableSchemaSchema,
} from '@regia/core'
import type { FileHandle, FolderHandle, ModelHandle, PortDefinition, TableHandle } from '@regia/engine'
import { z } from 'zod'
import type { PackagedModel } from './package-model.ts'
import { callerLocation } from './source-location.ts'

/** A table: Parquet on disk, read when a step asks for it. */
export type TablePort = { readonly port: 'table'; readonly schema?: TableSchema }
/** A file of any kind. */
export type FilePort = { readonly port: 'file'; readonly mediaType?: string }
/** A folder of files. */
export type FolderPort = { readonly port: 'folder' }
/** A model package. */
export type ModelPort<IsOptional extends boolean = boolean> = {
  readonly port: 'model'
  readonly isOptional: IsOptional
}
/** A JSON value. */
export type ValuePort<Schema extends z.ZodType = z.ZodType> = { readonly port: 'value'; readonly schema: Schema }
/** Any number of things of one kind, as from steps that run in parallel. */
export type ListPort<Item extends PortLike = PortLike> = { readonly port: 'list'; readonly item: Item }

/** What may stand in a step's `in` and `out`: a port, or a Zod schema for a JSON value. */
export type PortLike =
  | TablePort
  | FilePort
  | FolderPort
  | ModelPort
  | ValuePort
  | z.ZodType
  | { readonly port: 'list'; readonly item: PortLike }
export type Ports = { readonly [name: string]: PortLike }

/** A schema as an author writes it: `nullable` and `strict` are false where absent. */
export type SchemaInput = {
  readonly columns: readonly (Omit<Readonly<z.input<typeof columnRuleSchema>>, 'oneOf'> & {
    readonly oneOf?: readonly string[] | undefined
  })[]
  readonly strict?: boolean | undefined
}

/**
 * A table that a step takes or gives.
 *
 * @param schema - Columns and rules. What a step gives is validated against it; what it takes is compared when the pipeline is built.
 * @throws RegiaError `PIPELINE_INVALID` naming what is wrong with the schema.
 * @example step({ name: 'clean', in: { raw: table() }, out: { rows: table({ columns: [{ name: 'miles', type: 'int', minimum: 1 }] }) }, run: … })
 */
export function table(schema?: SchemaInput): TablePort {
  if (!schema) return { port: 'table' }
  const parsed = tableSchemaSchema.safeParse(schema)
  if (parsed.success) return { port: 'table', schema: parsed.data }
  const [issue] = parsed.error.issues
  const where = callerLocation(table)()
  throw new RegiaError(
    'PIPELINE_INVALID',
    `A table's schema is wrong at ${issue?.path.join('.')}: ${issue?.message}.`,
    {
      hint: 'Write { columns: [{ name, type, … }] }; types are float, int, string, bool and timestamp.',
      ...(where !== undefined && { where }),
    },
  )
}

/**
 * A file that a step takes or gives; `run` returns its path, or `{ text }`.
 *
 * @param mediaType - For people and pages that show it, such as `image/png`.
 * @example step({ name: 'plot', in: { rows: table() }, out: { curve: file('image/png') }, run: … })
 */
export const file = (mediaType?: string): FilePort => ({ port: 'file', ...(mediaType && { mediaType }) })

/**
 * A folder that a step takes or gives; `run` returns its path. Every file in it becomes part of the artifact, under its path in the folder.
 *
 * @example step({ name: 'tokenize', in: {}, out: { pages: folder() }, run: async (_, { dir }) => ({ pages: `${dir}/pages` }) })
 */
export const folder = (): FolderPort => ({ port: 'folder' })

/** A report in Markdown, shown where the run is. @example run: () => ({ report: { text: '# Quality\n…' } }) */
export const markdown = (): FilePort => ({ port: 'file', mediaType: 'text/markdown' })

/** A report in HTML, shown in a frame of its own where the run is. @example run: () => ({ report: { text: '<h1>Quality</h1>' } }) */
export const html = (): FilePort => ({ port: 'file', mediaType: 'text/html' })

/**
 * A picture, shown where the run is.
 *
 * @param mediaType - `image/svg+xml` where absent; also `image/png`, `image/jpeg`.
 * @example step({ name: 'plot', in: { rows: table() }, out: { curve: figure() }, run: ({ rows }) => ({ curve: { text: '<svg …>' } }) })
 */
export const figure = (mediaType: `image/${string}` = 'image/svg+xml'): FilePort => ({ port: 'file', mediaType })

/**
 * A model package that a step takes or gives; `run` returns what `packageModel` made, or a model that came as an input.
 *
 * @param options - `optional` lets the step run where the model does not exist yet, such as the champion before the first one.
 */
export function model(): ModelPort<false>
export function model(options: { readonly optional: true }): ModelPort<true>
export function model(options?: { readonly optional: boolean }): ModelPort {
  return { port: 'model', isOptional: options?.optional ?? false }
}

/**
 * A JSON value that a step takes or gives, such as metrics or a setting. A bare Zod schema means the same.
 *
 * @example out: { metrics: value(z.object({ auc: z.number() })) }
 */
export const value = <Schema extends z.ZodType>(schema: Schema): ValuePort<Schema> => ({ port: 'value', schema })

/**
 * Several inputs of one kind, wired with an array or with what a mapped step made.
 *
 * @example in: { trials: list(model()) } // pickBest({ trials: [small.model, large.model] })
 */
export const list = <Item extends PortLike>(item: Item): ListPort<Item> => ({ port: 'list', item })

/** The same as {@link value}, by the name that suits programs of other languages: they read and write a JSON file. */
export const json = value

/** What `run` receives on a port. */
export type RunInput<P> = P extends TablePort
  ? TableHandle
  : P extends FilePort
    ? FileHandle
    : P extends FolderPort
      ? FolderHandle
      : P extends ModelPort<infer IsOptional>
        ? ModelHandle | (IsOptional extends true ? undefined : never)
        : P extends { readonly port: 'list'; readonly item: infer Item }
          ? readonly RunInput<Item>[]
          : P extends ValuePort<infer Schema>
            ? z.output<Schema>
            : P extends z.ZodType
              ? z.output<P>
              : never

/** A file by what is to stand in it. */
export type TextFile = { readonly text: string }

/** What `run` may return on a port. */
export type RunOutput<P> = P extends TablePort
  ? TableHandle | Table | readonly Row[]
  : P extends FilePort | FolderPort
    ? string | { readonly path: string } | (P extends FilePort ? TextFile : never)
    : P extends ModelPort
      ? PackagedModel | ModelHandle
      : P extends ValuePort<infer Schema>
        ? Unchanging<z.input<Schema>>
        : P extends z.ZodType
          ? Unchanging<z.input<P>>
          : never

/** A value that may be frozen through and through: a literal that `run` returns is inferred so. */
type Unchanging<Value> = Value extends object ? { readonly [Key in keyof Value]: Unchanging<Value[Key]> } : Value

/** What a step's own `run` gives a test: tables as handles, values parsed. */
export type TestOutput<P> = P extends TablePort
  ? TableHandle
  : P extends FilePort | FolderPort
    ? { readonly path: string }
    : P extends ModelPort
      ? PackagedModel | ModelHandle
      : P extends ValuePort<infer Schema>
        ? z.output<Schema>
        : P extends z.ZodType
          ? z.output<P>
          : never

/** The port with its live parser, as a step process takes it: a bare Zod schema becomes a value port. */
export function definePort(port: PortLike): PortDefinition {
  if (!('port' in port)) return { port: 'value', schema: port }
  return port.port === 'list' ? { port: 'list', item: definePort(port.item) } : port
}

/** The port as the graph keeps it: JSON Schema for values (as they come in, or go out), and for a list the type of its items. */
export function portTypeOf(port: PortLike, io: 'input' | 'output' = 'input'): PortType {
  if (!('port' in port)) return valueType(port, io)
  switch (port.port) {
    case 'value':
      return valueType(port.schema, io)
    case 'list':
      return portTypeOf(port.item, io)
    case 'table':
      return { kind: 'table', ...(port.schema && { schema: port.schema }) }
    case 'file':
      return { kind: 'file', ...(port.mediaType !== undefined && { mediaType: port.mediaType }) }
    case 'folder':
      return { kind: 'folder' }
    case 'model':
      return { kind: 'model' }
  }
}

/** A value's JSON Schema and default, as the graph keeps them. */
export function jsonSchemaOf(
  schema: z.ZodType,
  io: 'input' | 'output' = 'input',
): { schema: Record<string, unknown>; default?: unknown } {
  const absent = schema.safeParse(undefined)
  return {
    schema: z.toJSONSchema(schema, { io, unrepresentable: 'any' }),
    ...(absent.success && absent.data !== undefined && { default: absent.data }),
  }
}

const valueType = (schema: z.ZodType, io: 'input' | 'output'): PortType => ({
  kind: 'value',
  ...jsonSchemaOf(schema, io),
})
