import { type CatalogEntry, canonicalJson, RegiaError } from '@regia/core'
import type { GraphNode } from './graph-node.ts'
import type { ParamType, Source } from './refs.ts'

/** What comes from outside of the nodes: the pipeline's parameters and the entries of its catalog. */
export type Surroundings = {
  readonly params?: { readonly [name: string]: ParamType }
  readonly catalog?: { readonly [name: string]: CatalogEntry }
}

/**
 * The parameters and entries that nodes themselves bring along, as those of a catalog do.
 *
 * @param own - The parameters that the pipeline declares.
 * @throws RegiaError `PIPELINE_INVALID` where one name means two things.
 */
export function surroundingsOf(
  nodes: readonly GraphNode[],
  own: { readonly [name: string]: ParamType },
): Required<Surroundings> {
  const params = new Map<string, ParamType>(Object.entries(own))
  const entries = new Map<string, CatalogEntry>()
  for (const node of nodes) {
    if (node.entry && node.save !== undefined) keep(entries, node.save, node.entry, node)
    const sources = [...Object.values(node.inputs), ...(node.when ?? []).map(({ ref }) => ref)]
    for (const source of sources.flatMap(opened)) {
      if (source.from === 'param' && source.declared) keep(params, source.name, source.declared, node)
      if (source.from === 'catalog' && source.entry) keep(entries, source.name, source.entry, node)
    }
  }
  return { params: Object.fromEntries(params), catalog: Object.fromEntries(entries) }
}

const opened = (source: Source): readonly Source[] =>
  source.from === 'list' || source.from === 'either' ? source.items.flatMap(opened) : [source]

function keep<Meaning>(
  known: Map<string, Meaning>,
  name: string,
  meaning: Meaning,
  { id, definedAt }: GraphNode,
): void {
  const other = known.get(name)
  if (other === undefined) known.set(name, meaning)
  else if (other !== meaning && canonicalJson(other) !== canonicalJson(meaning)) {
    throw new RegiaError('PIPELINE_INVALID', `"${name}" means two things in this pipeline.`, {
      hint: 'Rename the parameter or one of the entries: a pipeline knows each by its name alone.',
      data: { steps: [id] },
      ...(definedAt !== undefined && { where: definedAt }),
    })
  }
}
