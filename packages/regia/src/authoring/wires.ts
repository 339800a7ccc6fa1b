import type { z } from 'zod'
import type { FilePort, FolderPort, ListPort, ModelPort, PortLike, Ports, TablePort, ValuePort } from './ports.ts'
import type { FileData, FolderData, ListRef, ModelData, Ref, TableData } from './refs.ts'

/** What an output port puts behind its ref. */
export type Carried<P> = P extends TablePort
  ? TableData
  : P extends FilePort
    ? FileData
    : P extends FolderPort
      ? FolderData
      : P extends ModelPort
        ? ModelData
        : P extends ValuePort<infer Schema>
          ? z.output<Schema>
          : P extends z.ZodType
            ? z.output<P>
            : never

/** What must be behind a ref that is wired into an input port; lists are {@link Wire}'s. */
export type Wanted<P> =
  P extends ModelPort<infer IsOptional>
    ? ModelData | (IsOptional extends true ? undefined : never)
    : P extends ValuePort<infer Schema>
      ? z.input<Schema>
      : P extends z.ZodType
        ? z.input<P>
        : Carried<P>

/** The ref that an output port gives. */
export type OutputRef<P> = Ref<Carried<P>>
export type OutputRefs<Out extends Ports> = { readonly [Name in keyof Out]: OutputRef<Out[Name]> }
/** What a mapped step gives: a list for each output. */
export type ListRefs<Out extends Ports> = { readonly [Name in keyof Out]: ListRef<Carried<Out[Name]>> }

type IsValue<P> = P extends ValuePort | z.ZodType ? true : false

/** What may be wired into an input port: a fitting ref, for values also a literal, for lists an array or what a map made. */
export type Wire<P> =
  P extends ListPort<infer Item extends PortLike>
    ? WireList<Item>
    : IsValue<P> extends true
      ? Wanted<P> | Ref<Wanted<P>> | (Wanted<P> extends readonly (infer Item)[] ? ListRef<Item> : never)
      : Ref<Wanted<P>>

type WireList<Item> =
  | readonly Wire<Item>[]
  | ListRef<Wanted<Item>>
  | (IsValue<Item> extends true ? Ref<readonly Wanted<Item>[]> : never)

type SchemaOf<P> = P extends ValuePort<infer Schema> ? Schema : P extends z.ZodType ? P : never
type HasDefault<P> = [SchemaOf<P>] extends [never] ? false : undefined extends z.input<SchemaOf<P>> ? true : false

/** The inputs that may be left out. */
export type OptionalNames<In> = { [Name in keyof In]: HasDefault<In[Name]> extends true ? Name : never }[keyof In]

/** A wire for each input; those with a default may be left out. */
export type Wires<In> = { readonly [Name in Exclude<keyof In, OptionalNames<In>>]: Wire<In[Name]> } & {
  readonly [Name in OptionalNames<In>]?: Wire<In[Name]>
}

/** A table in pieces, for `map`: see `rowsOf` and `partitionsOf`. */
export type Pieces = { readonly pieces: PiecesBy; readonly of: Ref<TableData> }
export type PiecesBy =
  | { readonly kind: 'rows'; readonly size: number }
  | { readonly kind: 'partitions'; readonly column: string }

/** What a step may be mapped over, on an input of this port. */
export type MapSource<P> = WireList<P> | (P extends TablePort ? Pieces : never)
export type MappableNames<In> = { [Name in keyof In & string]: In[Name] extends ListPort ? never : Name }[keyof In &
  string]
