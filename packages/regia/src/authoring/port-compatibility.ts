import { type PortRef, type PortType, RegiaError, type TableSchema } from '@regia/core'
import type { GraphNode } from './compile-graph.ts'

type Given = PortType | Exclude<PortRef, { readonly from: 'list' | 'either' | 'step' | 'catalog' }>

/** What a source from outside brings; a parameter or literal brings a value. */
const KIND_OF_SOURCE = { param: 'value', value: 'value', dataset: 'table', model: 'model' } as const

/**
 * Compares what comes with what a port takes: the kind, and for two tables with schemas the columns.
 * The compiler has said so before, but not to authors of plain JavaScript.
 *
 * @throws RegiaError `PIPELINE_INVALID` with the author's line.
 */
export function assertFits(node: GraphNode, input: string, wanted: PortType, given: Given): void {
  const kind = 'kind' in given ? given.kind : KIND_OF_SOURCE[given.from]
  if (kind !== wanted.kind) {
    throw misfit(node, `Input "${input}" of step "${node.id}" takes a ${wanted.kind}; got a ${kind}.`)
  }
  if ('schema' in given && given.kind === 'table' && wanted.kind === 'table' && given.schema && wanted.schema) {
    assertColumns(node, input, wanted.schema, given.schema)
  }
}

function assertColumns(node: GraphNode, input: string, wanted: TableSchema, given: TableSchema): void {
  for (const column of wanted.columns) {
    const found = given.columns.find(({ name }) => name === column.name)
    if (found?.type === column.type) continue
    if (!found && !given.strict) continue // a table that is not strict may well hold more than its schema names
    const got = found ? `comes as ${found.type}` : 'does not come'
    throw misfit(
      node,
      `Input "${input}" of step "${node.id}" needs column "${column.name}" (${column.type}); it ${got}.`,
    )
  }
}

const misfit = (node: GraphNode, message: string) =>
  new RegiaError('PIPELINE_INVALID', message, {
    hint: 'Wire another ref, or change the schema of one of the two ports.',
    data: { steps: [node.id] },
    ...(node.definedAt !== undefined && { where: node.definedAt }),
  })
