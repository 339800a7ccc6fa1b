import type { ColumnType } from '@regia/core'
import { sqlText } from './sql.ts'

/** How one raw column becomes the type that it is kept as. */
export type ParseContext = {
  /** Name of the raw column in SQL. */
  readonly raw: string
  readonly from: ColumnType
  readonly to: ColumnType
  readonly nullTexts: readonly string[]
  readonly timeFormats: readonly string[]
}

const SOURCES: Readonly<Record<ColumnType, readonly ColumnType[]>> = {
  float: ['float', 'int', 'bool', 'string'],
  int: ['int', 'float', 'bool', 'string'],
  bool: ['bool', 'int', 'float', 'string'],
  string: ['string', 'int', 'float', 'bool', 'timestamp'],
  // Whole numbers are milliseconds since 1970.
  timestamp: ['timestamp', 'int', 'string'],
}

/** The types that a file may hold where a schema says `type`. */
export const typesThatBecome = (type: ColumnType): readonly ColumnType[] => SOURCES[type]

/** SQL of the value as its type, NULL where there is none or where it does not parse. */
export const parseSql = (context: ParseContext): string => PARSERS[context.to](context)

const PARSERS: Readonly<Record<ColumnType, (context: ParseContext) => string>> = {
  float: (context) => finite(asDouble(context)),
  int: (context) =>
    context.from === 'int'
      ? exact(context.raw)
      : `CASE WHEN ${isWhole(asDouble(context))} THEN CAST(${asDouble(context)} AS BIGINT) END`,
  bool: ({ raw, from }) => {
    if (from === 'bool') return raw
    if (from === 'string') return `TRY_CAST(trim(${raw}) AS BOOLEAN)`
    return `CASE ${raw} WHEN 0 THEN false WHEN 1 THEN true END`
  },
  string: ({ raw, nullTexts }) => (nullTexts.length > 0 ? `nullif(${raw}, '')` : `CAST(${raw} AS VARCHAR)`),
  timestamp: (context) => {
    const { raw, from } = context
    if (from === 'timestamp') return finite(`CAST(${raw} AS TIMESTAMP)`)
    // The last millisecond that ECMAScript's dates can name.
    if (from === 'int') return `CASE WHEN abs(${raw}) <= 8640000000000000 THEN make_timestamp_ms(${raw}) END`
    return parsedTime(context)
  },
}

/** A time with an offset is moved to UTC, one without counts as UTC. */
function parsedTime({ raw, timeFormats }: ParseContext): string {
  const text = `trim(${raw})`
  const iso = `TRY_CAST(TRY_CAST(${text} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)`
  const others = timeFormats.map((format) => `CAST(try_strptime(${text}, ${sqlText(format)}) AS TIMESTAMP)`)
  return finite(`coalesce(${[...others, iso].join(', ')})`)
}

const asDouble = ({ raw, from }: ParseContext): string =>
  from === 'string' ? `TRY_CAST(trim(${raw}) AS DOUBLE)` : `CAST(${raw} AS DOUBLE)`
const finite = (value: string): string => `CASE WHEN isfinite(${value}) THEN ${value} END`
const isWhole = (value: string): string =>
  `isfinite(${value}) AND ${value} = floor(${value}) AND abs(${value}) <= 9007199254740991`
const exact = (raw: string): string =>
  `CASE WHEN ${raw} BETWEEN -9007199254740991 AND 9007199254740991 THEN CAST(${raw} AS BIGINT) END`
