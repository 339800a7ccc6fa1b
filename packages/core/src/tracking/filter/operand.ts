import type { FilterAttribute, FilterEntity, FilterGrammar } from './clause.ts'
import { nearestWord } from './nearest-word.ts'
import { isPiece, type TokenReader } from './token-reader.ts'
import type { Token } from './tokens.ts'

/** What a clause or an order is about. */
export type Operand = {
  readonly entity: FilterEntity
  readonly key: string
  /** Of an attribute or a dataset's field. */
  readonly attribute: FilterAttribute | undefined
  readonly from: number
  readonly until: number
}

/** How entities are written; the first of each is how Regia writes it. */
export const ENTITY_NAMES: Readonly<Record<FilterEntity, readonly string[]>> = {
  metric: ['metrics', 'metric'],
  param: ['params', 'param', 'parameters', 'parameter'],
  tag: ['tags', 'tag'],
  attribute: ['attributes', 'attribute', 'attr', 'run'],
  dataset: ['datasets', 'dataset'],
}
const ENTITIES = Object.keys(ENTITY_NAMES) as readonly FilterEntity[]

export const entityOf = (name: string): FilterEntity | undefined =>
  ENTITIES.find((entity) => ENTITY_NAMES[entity].includes(name.toLowerCase()))

/** Reads `key`, `entity.key`, a key in backticks or double quotes; the first dot outside of quotes parts the two. */
export function readOperand(reader: TokenReader, grammar: FilterGrammar): Operand {
  const first = reader.token
  if (!isPiece(first)) throw reader.fault(first, operandWords(grammar))
  const pieces = [takePiece(reader)]
  while (isPiece(reader.token) && reader.token.from === pieces.at(-1)?.until) pieces.push(takePiece(reader))
  const span = { from: first.from, until: pieces.at(-1)?.until ?? first.until }
  const { entityName, key } = partAtDot(pieces)
  if (entityName === undefined) return { entity: 'attribute', ...attributeOf(key, span, reader, grammar), ...span }
  const entity = entityOf(entityName)
  if (entity === undefined || (entity !== 'attribute' && !grammar.entities.includes(entity))) {
    throw unknownEntity(entityName, key, span, reader, grammar)
  }
  if (key === '') throw reader.fault({ from: span.until, until: span.until }, `a name after "${entityName}."`)
  if (entity === 'attribute') return { entity, ...attributeOf(key, span, reader, grammar), ...span }
  const own = entity === 'tag' ? grammar.tagAttributes?.get(key) : undefined
  if (own !== undefined) return { entity: 'attribute', ...attributeOf(own, span, reader, grammar), ...span }
  if (entity === 'dataset') return { entity, ...fieldOf(key, span, reader, grammar), ...span }
  return { entity, key, attribute: undefined, ...span }
}

function takePiece(reader: TokenReader): Token {
  const token = reader.take()
  if (!token.isClosed) throw reader.fault(token, `a closing ${token.quote}`)
  return token
}

function partAtDot(pieces: readonly Token[]): { readonly entityName: string | undefined; readonly key: string } {
  const parted = pieces.findIndex((piece) => piece.kind === 'word' && piece.text.includes('.'))
  const textOf = (some: readonly Token[]): string => some.map((piece) => piece.text).join('')
  const text = pieces[parted]?.text
  if (text === undefined) return { entityName: undefined, key: textOf(pieces) }
  const dot = text.indexOf('.')
  return {
    entityName: textOf(pieces.slice(0, parted)) + text.slice(0, dot),
    key: text.slice(dot + 1) + textOf(pieces.slice(parted + 1)),
  }
}

type Span = { readonly from: number; readonly until: number }
type Named = { readonly key: string; readonly attribute: FilterAttribute }

const hasName = (name: string) => (attribute: FilterAttribute) =>
  attribute.name === name || (attribute.aliases?.includes(name) ?? false)

function attributeOf(name: string, span: Span, reader: TokenReader, grammar: FilterGrammar): Named {
  const attribute = grammar.attributes.find(hasName(name))
  if (attribute !== undefined) return { key: attribute.name, attribute }
  const near = nearestWord(
    name,
    grammar.attributes.flatMap(({ name: own, aliases = [] }) => [own, ...aliases]),
  )
  throw reader.fault(
    span,
    `an attribute of ${grammar.subject} (valid keys are ${attributeNames(grammar).join(', ')})`,
    near === undefined ? keyHint(name, grammar) : `Did you mean "${near}"?`,
  )
}

/** What attributes are called in messages; of those that results may be ordered by, where asked for. */
export const attributeNames = ({ attributes, namesByAlias }: FilterGrammar, isOrder = false): readonly string[] =>
  attributes
    .filter(({ isSortable }) => !isOrder || isSortable !== false)
    .map(({ name, aliases: [alias = name] = [] }) => (namesByAlias ? alias : name))

function keyHint(name: string, { entities }: FilterGrammar): string {
  const entity = entities.find((one) => one !== 'dataset')
  if (entity === undefined) return 'Write one of the valid keys.'
  return `A key of ${entities
    .filter((one) => one !== 'dataset')
    .map((one) => `a ${one}`)
    .join(' or ')} is written with what it is: ${ENTITY_NAMES[entity][0]}.${quoteKey(name)}.`
}

function fieldOf(name: string, span: Span, reader: TokenReader, { datasetFields = [] }: FilterGrammar): Named {
  const attribute = datasetFields.find(hasName(name))
  if (attribute !== undefined) return { key: attribute.name, attribute }
  const names = datasetFields.map((field) => field.name)
  const near = nearestWord(name, names)
  const expected = `a field of datasets (valid keys are ${names.join(', ')})`
  throw reader.fault(span, expected, near === undefined ? undefined : `Did you mean "datasets.${near}"?`)
}

function unknownEntity(name: string, key: string, span: Span, reader: TokenReader, grammar: FilterGrammar) {
  const names = offeredEntities(grammar).map((entity) => ENTITY_NAMES[entity][0] ?? entity)
  const near = nearestWord(name, names)
  const meant =
    near !== undefined
      ? `Did you mean "${near}.${quoteKey(key)}"?`
      : grammar.entities.includes('tag')
        ? `A tag whose key has a dot is written tags.${quoteKey(`${name}.${key}`)}.`
        : undefined
  return reader.fault(span, `what it is about before the dot (valid are ${names.join(', ')})`, meant)
}

export const offeredEntities = (grammar: FilterGrammar): readonly FilterEntity[] => [...grammar.entities, 'attribute']

const operandWords = (grammar: FilterGrammar): string =>
  `what to compare, such as ${grammar.attributes[0]?.name ?? 'name'} or ${ENTITY_NAMES[grammar.entities[0] ?? 'tag'][0]}.KEY`

/** A key as it is written after the dot: in backticks where it is not one plain word. @example quoteKey('train loss') // '`train loss`' */
export const quoteKey = (key: string): string =>
  /^[\p{L}\p{N}\p{M}_.\-/:]+$/u.test(key) ? key : `\`${key.replaceAll('`', '``')}\``
