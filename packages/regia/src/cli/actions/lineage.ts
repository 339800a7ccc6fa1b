import { type LineageGraph, type LineageNode, lineageNodeSchema } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { findRun } from './find-run.ts'
import { formatTime } from './format.ts'
import { oneOf } from './one-of.ts'

type LineageInput = { readonly kind: string; readonly ref: string; readonly depth: number | undefined }

const KINDS = lineageNodeSchema.shape.kind.options

export const lineage: Action<LineageInput> = async (input, context) => {
  const kind = oneOf('KIND', KINDS, input.kind)
  const { client } = await context.connect()
  const ref = await wholeRef(client, kind, input.ref)
  const graph = await client.lineage({ kind, ref, ...(input.depth !== undefined && { depth: input.depth }) })
  context.output.result(graph, () => describeLineage(graph, context.output))
}

/** A run may be named as everywhere: `latest`, `PIPELINE#NUMBER`. */
async function wholeRef(client: RegiaClient, kind: LineageNode['kind'], ref: string): Promise<string> {
  if (kind !== 'run' && kind !== 'artifact') return ref
  const [name = '', ...rest] = ref.split('/')
  if (name !== 'latest' && !name.includes('#')) return ref
  return [(await findRun(client, name)).id, ...rest].join('/')
}

const keyOf = ({ kind, ref }: LineageNode) => `${kind} ${ref}`

function describeLineage(graph: LineageGraph, output: Output): string {
  const { style } = output
  const made = treeOf(graph, 'from', output)
  const used = treeOf(graph, 'to', output)
  return [
    style.bold(nodeText(graph.root, output)),
    '',
    'Made from',
    ...(made.length ? made : ['  nothing that Regia knows of']),
    '',
    'Used by',
    ...(used.length ? used : ['  nothing yet']),
    ...(graph.isCut ? ['', style.dim('There is more: ask with a greater --depth, or from one of these.')] : []),
  ].join('\n')
}

/** The graph on one side of its root as an indented list; what stands in it already is not opened again. */
function treeOf({ root, nodes, edges }: LineageGraph, side: 'from' | 'to', output: Output): string[] {
  const other = side === 'from' ? 'to' : 'from'
  const byKey = new Map(nodes.map((node) => [keyOf(node), node]))
  const seen = new Set([keyOf(root)])
  const linesBelow = (key: string, indent: string): string[] =>
    edges
      .filter((edge) => edge[other] === key)
      .flatMap((edge) => {
        const node = byKey.get(edge[side])
        if (!node) return []
        const line = `${indent}${nodeText(node, output)}`
        if (seen.has(edge[side])) return [`${line} ${output.style.dim('(above)')}`]
        seen.add(edge[side])
        return [line, ...linesBelow(edge[side], `${indent}  `)]
      })
  return linesBelow(keyOf(root), '  ')
}

const nodeText = ({ kind, ref, label, at }: LineageNode, { style }: Output): string =>
  `${kind} ${label}  ${style.dim([ref === label ? '' : ref, at ? formatTime(at) : ''].filter(Boolean).join(' · '))}`.trimEnd()
