/** What a filter can ask about. */
export type FilterEntity = 'attribute' | 'metric' | 'param' | 'tag' | 'dataset'

export const FILTER_OPERATORS = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'LIKE',
  'ILIKE',
  'IN',
  'NOT IN',
  'IS NULL',
  'IS NOT NULL',
] as const
export type FilterOperator = (typeof FILTER_OPERATORS)[number]

/** One condition; all conditions of a filter must hold. */
export type FilterClause = {
  readonly entity: FilterEntity
  /** The key of a metric, param or tag; the grammar's own name of an attribute or a dataset's field, whatever alias was written. */
  readonly key: string
  readonly operator: FilterOperator
  /** A list for `IN` and `NOT IN`, the empty text for `IS NULL` and `IS NOT NULL`. */
  readonly value: string | number | readonly string[]
  /** Where it stands in the text, in UTF-16 units. */
  readonly from: number
  readonly until: number
}

export type OrderTerm = {
  readonly entity: Exclude<FilterEntity, 'dataset'>
  readonly key: string
  readonly isDescending: boolean
}

export type FilterAttribute = {
  readonly name: string
  /** Other ways to write it. */
  readonly aliases?: readonly string[]
  /** A `time` is milliseconds since 1970; in a filter it may also be a quoted date of ISO 8601. */
  readonly type: 'text' | 'number' | 'time'
  /** Of a text: those that it may be compared with; all that fit its type where absent. */
  readonly operators?: readonly FilterOperator[]
  /** Of a text that is one of a few: the name that is kept by the name that is written, such as `FINISHED` for `succeeded`. */
  readonly values?: Readonly<Record<string, string>>
  /** Whether results may be ordered by it; they may where absent. */
  readonly isSortable?: boolean
}

/** What may be asked of one kind of thing: runs, experiments, models … */
export type FilterGrammar = {
  /** What it is about, for messages: `runs`. */
  readonly subject: string
  readonly attributes: readonly FilterAttribute[]
  /** Messages call attributes by their first alias: those who write filters do not know the names that are kept. */
  readonly namesByAlias?: boolean
  /** Beside attributes. */
  readonly entities: readonly Exclude<FilterEntity, 'attribute'>[]
  /** Fields of a dataset. */
  readonly datasetFields?: readonly FilterAttribute[]
  /** Whether params and tags may be asked for with `IS NULL` and `IS NOT NULL`: things without and with the key. */
  readonly hasNullTests?: boolean
  /** Tags that are attributes here: the attribute's name by the tag's key, such as `note` for `mlflow.note.content`. */
  readonly tagAttributes?: ReadonlyMap<string, string>
}
