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

/**
 * SQL of a raw column in two stages, so that text is parsed once and not once per question about it: `parsed` reads `r0`, and `value`
 * reads `p0`, the name of what the first stage brought. Both are NULL where there is no value, `value` also where it is not acceptable.
 */
export function parseSql(context: ParseContext): { readonly parsed: string; readonly value: string } {
  const stages = STAGES[context.to]
  return { parsed: stages.parsed(context), value: stages.value(`p${context.raw.slice(1)}`, context) }
}

/** Whether a value can be there and still not be acceptable. */
export const canFail = ({ from, to }: ParseContext): boolean => to !== 'string' && !(from === 'bool' && to === 'bool')

type Stages = {
  readonly parsed: (context: ParseContext) => string
  readonly value: (parsed: string, context: ParseContext) => string
}

const STAGES: Readonly<Record<ColumnType, Stages>> = {
  float: { parsed: asDouble, value: finite },
  int: {
    // A BIGINT must not pass through DOUBLE, which would round it.
    parsed: (context) => (context.from === 'int' ? context.raw : asDouble(context)),
    value: (parsed, { from }) => (from === 'int' ? exactSql(parsed) : wholeSql(parsed)),
  },
  bool: { parsed: parsedBool, value: (parsed) => parsed },
  string: {
    parsed: ({ raw, nullTexts }) => (nullTexts.length > 0 ? `nullif(${raw}, '')` : `CAST(${raw} AS VARCHAR)`),
    value: (parsed) => parsed,
  },
  timestamp: { parsed: parsedTime, value: finite },
}

function asDouble({ raw, from }: ParseContext): string {
  return from === 'string' ? `TRY_CAST(${raw} AS DOUBLE)` : `CAST(${raw} AS DOUBLE)`
}

function parsedBool({ raw, from }: ParseContext): string {
  if (from === 'bool') return raw
  return from === 'string' ? `TRY_CAST(trim(${raw}) AS BOOLEAN)` : `CASE ${raw} WHEN 0 THEN false WHEN 1 THEN true END`
}

/** A time with an offset is moved to UTC, one without counts as UTC. */
function parsedTime({ raw, from, timeFormats }: ParseContext): string {
  if (from === 'timestamp') return `CAST(${raw} AS TIMESTAMP)`
  // The last millisecond that ECMAScript's dates can name.
  if (from === 'int') return `CASE WHEN abs(${raw}) <= 8640000000000000 THEN make_timestamp_ms(${raw}) END`
  const iso = `CAST(TRY_CAST(${raw} AS TIMESTAMP WITH TIME ZONE) AS TIMESTAMP)`
  if (timeFormats.length === 0) return iso
  const others = timeFormats.map((format) => `CAST(try_strptime(trim(${raw}), ${sqlText(format)}) AS TIMESTAMP)`)
  return `coalesce(${[...others, iso].join(', ')})`
}

function finite(parsed: string): string {
  return `CASE WHEN isfinite(${parsed}) THEN ${parsed} END`
}

const wholeSql = (parsed: string): string =>
  `CASE WHEN ${parsed} = floor(${parsed}) AND abs(${parsed}) <= 9007199254740991 THEN CAST(${parsed} AS BIGINT) END`

const exactSql = (parsed: string): string =>
  `CASE WHEN ${parsed} BETWEEN -9007199254740991 AND 9007199254740991 THEN CAST(${parsed} AS BIGINT) END`
