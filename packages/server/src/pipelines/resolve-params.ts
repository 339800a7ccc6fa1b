import { issueText, type PipelineGraph, RegiaError } from '@regia/core'
import { z } from 'zod'
import { suggest } from '../http/near-names.ts'

export type Params = Readonly<Record<string, unknown>>

/**
 * The parameters of a run: those given, checked against their JSON schemas, and the defaults of the others.
 *
 * @throws RegiaError `INVALID_INPUT` naming the parameter that is unknown, missing or not as its schema wants it.
 */
export function resolveParams(graph: PipelineGraph, given: Params): Params {
  const names = Object.keys(graph.params)
  const unknown = Object.keys(given).find((name) => !(name in graph.params))
  if (unknown !== undefined) {
    throw invalidParam(
      graph,
      unknown,
      `Pipeline "${graph.name}" has no parameter "${unknown}".`,
      suggest(unknown, names),
    )
  }
  return Object.fromEntries(names.map((name) => [name, resolveParam(graph, name, given)]))
}

function resolveParam(graph: PipelineGraph, name: string, given: Params): unknown {
  const { schema, default: preset } = graph.params[name]!
  const value = name in given ? given[name] : preset
  if (value === undefined) {
    throw invalidParam(graph, name, `Pipeline "${graph.name}" needs parameter "${name}".`, `Give it: --param ${name}=…`)
  }
  const result = z.fromJSONSchema(schema).safeParse(value)
  if (result.success) return value
  const issues = result.error.issues.map((issue) => [issue.path.join('.'), issueText(issue)].filter(Boolean).join(': '))
  const got = JSON.stringify(value).slice(0, 200)
  throw invalidParam(
    graph,
    name,
    `Parameter "${name}" is ${got}: ${issues.join('; ')}.`,
    schema.type === 'string' && typeof value !== 'string'
      ? `A text that looks like JSON is quoted: --param ${name}='${JSON.stringify(String(value))}'.`
      : 'Give a value that fits its schema.',
  )
}

const invalidParam = ({ name }: PipelineGraph, param: string, message: string, hint: string): RegiaError =>
  new RegiaError('INVALID_INPUT', message, { where: `params.${param}`, hint, data: { pipeline: name, param } })
