import { readFileSync } from 'node:fs'
import type { App } from '../../../http/app.ts'

/** A request to a real server, and what it answered; `{run}` stands for an id that an earlier reply brought. */
export type RecordedPair = {
  readonly title: string
  readonly request: {
    readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
    readonly path: string
    readonly query?: Readonly<Record<string, string | readonly string[]>>
    readonly body?: unknown
    readonly text?: string
    readonly headers?: Readonly<Record<string, string>>
  }
  /** Where in a good reply an id is, by the name under which it is kept. */
  readonly take?: Readonly<Record<string, readonly string[]>>
  /** `found`: only the names of the runs that came. */
  readonly reply: { readonly status: number; readonly body?: unknown; readonly found?: readonly string[] }
}

export type Recording = { readonly version: string; readonly pairs: readonly RecordedPair[] }

export const readRecording = (url: URL): Recording => JSON.parse(readFileSync(url, 'utf8'))

/** Answers of another version to requests of a recording. */
export const readReplies = (url: URL): readonly (Answer & { readonly title: string })[] =>
  JSON.parse(readFileSync(url, 'utf8')).replies

export type Answered = { readonly title: string; readonly recorded: Answer; readonly ours: Answer }
export type Answer = { readonly status: number; readonly body?: unknown; readonly found?: readonly string[] }

/** Sends every request in its order to our server; both answers come with ids, times and made-up names taken out. */
export async function replay(app: App, pairs: readonly RecordedPair[]): Promise<readonly Answered[]> {
  const ids = new Map<string, string>()
  const answers: Answered[] = []
  for (const { title, request, take = {}, reply } of pairs) {
    const response = await app.inject(fill(request, ids))
    const text = response.body
    for (const [name, path] of Object.entries(take)) keep(ids, name, path, parse(text))
    const body = parse(nameIds(text, ids))
    const isList = reply.found !== undefined
    const ours = { status: response.statusCode, ...(isList ? { found: foundIn(body) } : { body: normalise(body) }) }
    const recorded = { status: reply.status, ...(isList ? { found: reply.found } : { body: normalise(reply.body) }) }
    answers.push({ title, recorded, ours })
  }
  return answers
}

function fill(request: RecordedPair['request'], ids: ReadonlyMap<string, string>) {
  const { verb, path, query = {}, body, text, headers } = fillIds(request, ids)
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) for (const one of [value].flat()) search.append(name, one)
  const payload = text ?? (body === undefined ? undefined : JSON.stringify(body))
  const url = search.size > 0 ? `${path}?${search}` : path
  const sent = headers ?? (payload === undefined ? {} : { 'content-type': 'application/json' })
  return { method: verb, url, headers: sent, ...(payload !== undefined && { payload }) }
}

function fillIds(request: RecordedPair['request'], ids: ReadonlyMap<string, string>): RecordedPair['request'] {
  return JSON.parse(JSON.stringify(request).replace(/\{(\w+)\}/g, (whole, name: string) => ids.get(name) ?? whole))
}

/** The number of an experiment may stand anywhere. */
function nameIds(text: string, ids: ReadonlyMap<string, string>): string {
  let named = text
  for (const [name, id] of ids) if (id.length >= 32) named = named.replaceAll(id, `{${name}}`)
  return named
}

function keep(ids: Map<string, string>, name: string, path: readonly string[], body: unknown): void {
  let value = body
  for (const part of path) value = isRecord(value) ? value[part] : undefined
  if (typeof value === 'string') ids.set(name, value)
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Runs that the recording knows. */
function foundIn(body: unknown): readonly string[] {
  const runs = isRecord(body) && Array.isArray(body.runs) ? body.runs : []
  return runs.map((run) => String(run.info.run_id)).filter((id) => id.startsWith('{'))
}

/** Fields whose value is the moment of the call, or means nothing to the caller. */
const MADE_UP: Readonly<Record<string, string>> = {
  creation_time: '<time>',
  last_update_time: '<time>',
  creation_timestamp_ms: '<time>',
  last_updated_timestamp_ms: '<time>',
  next_page_token: '<token>',
}
/** What newer servers add, and no client needs. */
const ADDED = new Set(['sqlstate', 'error_class', 'workspace'])

/** Lists of keyed things have no order that anybody may count on. */
export function normalise(value: unknown): unknown {
  if (typeof value === 'string') return shorten(value)
  if (Array.isArray(value)) return value.map(normalise).sort((a, b) => compare(keyOf(a), keyOf(b)))
  if (!isRecord(value)) return value
  const entries = Object.entries(value).filter(([key]) => !ADDED.has(key))
  return Object.fromEntries(entries.map(([key, inner]) => [key, MADE_UP[key] ?? normalise(inner)]))
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const keyOf = (value: unknown): string => (isRecord(value) && isKeyOnly(value) ? String(value.key) : '')
const isKeyOnly = (value: Readonly<Record<string, unknown>>): boolean => typeof value.key === 'string'

function shorten(text: string): string {
  if (text.length > 200 && new Set(text).size === 1) return `${text.charAt(0)}*${text.length}`
  return text.replace(/\b(m-)?[0-9a-f]{32}\b/g, '<id>').replace(/^[a-z]+-[a-z]+-\d+$/, '<name>')
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
