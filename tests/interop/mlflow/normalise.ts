import type { Reply } from './call.ts'

type Json = { readonly [key: string]: unknown }

/** Set by the server's own clock, or by chance. */
const OWN = new Set([
  'creation_time',
  'last_update_time',
  'creation_timestamp',
  'last_updated_timestamp',
  'creation_timestamp_ms',
  'last_updated_timestamp_ms',
  'next_page_token',
  'dataset_id',
  'run_uuid',
])

/** Workspaces, of 3.10 and later, are not offered. */
const NOT_OFFERED = new Set(['workspace'])

/** A reply as far as it must be the same at every server: no times of its own, no text of errors, lists in an order that means nothing sorted. */
export function normalised({ status, body }: Reply): unknown {
  if (status >= 400) return { status, code: isJson(body) ? body.error_code : undefined }
  return { status, body: walk(body, '') }
}

const UNORDERED = new Set(['tags', 'params', 'metrics', 'aliases', 'dataset_inputs', 'latest_versions'])

function walk(value: unknown, key: string): unknown {
  if (Array.isArray(value)) {
    const items = value.map((item) => walk(item, ''))
    return UNORDERED.has(key) ? items.sort((a, b) => compare(JSON.stringify(a), JSON.stringify(b))) : items
  }
  if (!isJson(value)) return value
  const kept = Object.entries(value).filter(([name]) => !NOT_OFFERED.has(name))
  const entries = kept.map(([name, each]): [string, unknown] =>
    OWN.has(name) ? [name, '(its own)'] : [name, walk(each, name)],
  )
  return Object.fromEntries(entries.sort(([a], [b]) => compare(a, b)))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
