import type { PipelineGraph, RunOptions, Selection } from '@regia/core'
import { fieldKind, fieldText, parseField, problemWith } from '../kernel/json-schema.ts'

/** What a person has typed into the launch form. */
export type Draft = {
  /** `latest`, `v3` or the name of a channel. */
  readonly target: string
  readonly params: Readonly<Record<string, string>>
  readonly from: string
  readonly to: string
  readonly only: string
  readonly tags: string
  readonly useCache: boolean
  readonly refresh: string
  readonly onFailure: string
}

type Params = PipelineGraph['params']

/** A draft that says what the options say. */
export function draftOf(params: Params, target: string, options: RunOptions = {}): Draft {
  const { selection = {} } = options
  return {
    target,
    params: Object.fromEntries(
      Object.entries(params).map(([name, spec]) => [name, fieldText(options.params?.[name] ?? spec.default)]),
    ),
    from: listText(selection.from),
    to: listText(selection.to),
    only: listText(selection.only),
    tags: listText(selection.tags),
    useCache: options.useCache ?? true,
    refresh: listText(options.refresh),
    onFailure: options.onFailure ?? '',
  }
}

const listText = (names: readonly string[] = []) => names.join(', ')
export const namesIn = (text: string): string[] => text.split(/[\s,]+/).filter(Boolean)

export type DraftErrors = {
  readonly params: Readonly<Record<string, string>>
  readonly steps: Readonly<Record<string, string>>
}

/** What is wrong with a draft, by field. */
export function errorsOf(draft: Draft, graph: Pick<PipelineGraph, 'params' | 'steps'>): DraftErrors {
  const params = Object.entries(graph.params).flatMap(([name, spec]) => {
    const error = paramError(draft.params[name] ?? '', spec)
    return error === undefined ? [] : [[name, error] as const]
  })
  const ids = new Set(graph.steps.map((step) => step.id))
  const tags = new Set(graph.steps.flatMap((step) => step.tags))
  const unknown = (field: 'from' | 'to' | 'only' | 'refresh' | 'tags', known: ReadonlySet<string>, what: string) => {
    const name = namesIn(draft[field]).find((each) => !known.has(each))
    return name === undefined ? [] : [[field, `There is no ${what} "${name}".`] as const]
  }
  const steps = [
    ...(['from', 'to', 'only', 'refresh'] as const).flatMap((field) => unknown(field, ids, 'step')),
    ...unknown('tags', tags, 'tag'),
  ]
  return { params: Object.fromEntries(params), steps: Object.fromEntries(steps) }
}

function paramError(text: string, { schema, default: standard }: Params[string]): string | undefined {
  try {
    const value = parseField(fieldKind(schema), text, schema)
    if (value === undefined) return standard === undefined ? 'needs a value' : undefined
    return problemWith(value, schema)
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

export const hasErrors = ({ params, steps }: DraftErrors): boolean =>
  Object.keys(params).length > 0 || Object.keys(steps).length > 0

/** What to ask of the server. Only of a draft without errors. */
export function optionsOf(draft: Draft, params: Params): RunOptions {
  const values = Object.entries(params).flatMap(([name, { schema }]) => {
    const value = parseField(fieldKind(schema), draft.params[name] ?? '', schema)
    return value === undefined ? [] : [[name, value] as const]
  })
  const selection: Selection = Object.fromEntries(
    (['from', 'to', 'only', 'tags'] as const).flatMap((field) => {
      const names = namesIn(draft[field])
      return names.length === 0 ? [] : [[field, names]]
    }),
  )
  const refresh = namesIn(draft.refresh)
  const { onFailure, useCache } = draft
  return {
    ...targetOf(draft.target),
    params: Object.fromEntries(values),
    ...(Object.keys(selection).length > 0 && { selection }),
    ...(!useCache && { useCache }),
    ...(refresh.length > 0 && { refresh }),
    ...((onFailure === 'stop' || onFailure === 'continue' || onFailure === 'cancel') && { onFailure }),
  }
}

function targetOf(target: string): Pick<RunOptions, 'version' | 'channel'> {
  if (target === 'latest') return {}
  const version = /^v(\d+)$/.exec(target)?.[1]
  return version === undefined ? { channel: target.replace(/^channel /, '') } : { version: Number(version) }
}
