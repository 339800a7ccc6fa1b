import { type Fields, UNREADABLE, type Values } from './field.ts'
import type { JsonRecord } from './lenient-json.ts'
import { invalidType, missingParameter } from './parameter-fault.ts'

/** Where a request's fields come from: a body, or a query whose values are all text. */
export type Source = { readonly values: JsonRecord; readonly isQuery: boolean }

/** The fields of a request by their table. @throws MlflowError for the first that is missing, of another type, or refused by its checks. */
export function readFields<F extends Fields>(fields: F, source: Source): Values<F> {
  const values: Record<string, unknown> = {}
  for (const name in fields) {
    const field = fields[name]!
    const raw = rawOf(source, name, field.isList)
    if (field.isRequired && (raw === undefined || raw === '')) throw missingParameter(name)
    if (raw === undefined) continue
    const value = field.decode(raw, name)
    if (value !== UNREADABLE) values[name] = value
    else if (!field.isIgnoredUnreadable) throw invalidType(name, raw)
  }
  // Each value was decoded by the field of its name.
  return values as Values<F>
}

/** `run_id` may come under its old name. */
function rawOf({ values, isQuery }: Source, name: string, isList: boolean): unknown {
  const raw = values[name] ?? (name === 'run_id' ? values.run_uuid : undefined) ?? undefined
  if (!isQuery || raw === undefined) return raw
  if (isList) return [raw].flat()
  return Array.isArray(raw) ? raw[0] : raw
}
