import type { PortType } from '@regia/core'
import type { Compilation, GraphNode, Output, Producers } from './graph-node.ts'
import { missingName, noField, problem, shortList } from './graph-problems.ts'
import { type Given, type GivenType, schemaAt, typeOfEntry } from './port-compatibility.ts'
import type { Source } from './refs.ts'

/**
 * What a source brings, with what is known of it now.
 *
 * @throws RegiaError `STEP_INPUT_MISSING` for a name that is nowhere, `PIPELINE_INVALID` for a field that is not there.
 */
export function givenBy(source: Source, node: GraphNode, input: string, compilation: Compilation): Given {
  switch (source.from) {
    case 'list':
    case 'either':
      return { from: source.from, items: source.items.map((item) => givenBy(item, node, input, compilation)) }
    case 'data': {
      const { node: producer, output } = getProducer(node, input, source.name, compilation.producers)
      const type = {
        from: 'type',
        type: producer.outputs[output]!,
        isList: producer.map !== undefined,
        of: producer.id,
      } as const
      return givenField(type, source.path, node, input)
    }
    case 'param':
      return givenField(givenByParam(source, node, input, compilation), source.path, node, input)
    case 'catalog': {
      const entry = source.entry ?? compilation.catalog?.[source.name]
      if (!entry) throw missingName(node, input, source.name, 'the catalog has', Object.keys(compilation.catalog ?? {}))
      const type = { from: 'type', type: typeOfEntry(entry), isList: false, of: source.name } as const
      return givenField(type, source.path, node, input)
    }
    case 'dataset':
      return { from: 'type', type: { kind: 'table' }, isList: false, of: source.name }
    case 'value':
      return { from: 'value', value: source.value }
    case 'model':
    case 'artifact':
      return { from: 'type', type: { kind: source.from === 'model' ? 'model' : source.kind }, isList: false, of: '' }
  }
}

function givenByParam(
  { name, declared }: Extract<Source, { readonly from: 'param' }>,
  node: GraphNode,
  input: string,
  { params }: Compilation,
): GivenType {
  const param = declared ?? params?.[name]
  if (params && !param) throw missingName(node, input, name, 'parameters are', Object.keys(params))
  return { from: 'type', type: { kind: 'value', schema: param?.schema ?? {} }, isList: false, of: name }
}

/** What a field of a value is, as far as its schema says. */
function givenField(given: GivenType, path: readonly string[] | undefined, node: GraphNode, input: string): GivenType {
  if (!path) return given
  const { type, isList, of } = given
  if (type.kind !== 'value' || isList) throw noField(node, input, path, isList ? `list that "${of}" makes` : type.kind)
  const schema = schemaAt(type.schema, path)
  if (!schema) throw noField(node, input, path, `value of "${of}"`)
  return { ...given, type: { kind: 'value', schema } }
}

function getProducer(node: GraphNode, input: string, name: string, producers: Producers): Output {
  const producer = producers.get(name)
  if (producer) return producer
  throw problem(
    'STEP_INPUT_MISSING',
    node,
    `Input "${input}" of step "${node.id}" needs "${name}", which no step makes.`,
    { hint: `Made are: ${shortList([...producers.keys()])}.` },
  )
}

/** The types of inputs that take anything: those of what comes. */
export function typesOfSources(node: GraphNode, compilation: Compilation): Record<string, PortType> {
  const typeOf = (given: Given): PortType => {
    if (given.from === 'type') return given.type
    return given.from === 'value' || !given.items[0] ? { kind: 'value', schema: {} } : typeOf(given.items[0])
  }
  const types = Object.entries(node.inputs).map(([input, source]) => [
    input,
    typeOf(givenBy(source, node, input, compilation)),
  ])
  return Object.fromEntries(types)
}
