import { type Composition, membersOf, RegiaError, type Row, type Signature, type SignatureColumn } from '@regia/core'
import { packAnsweredBy } from '@regia/engine'

/** An endpoint as a member. */
export type Member = { readonly signature: Signature; readonly exampleRow: Row | undefined }

/**
 * The package of a composition: it takes what any member takes, and answers in the words of those that answer.
 *
 * @throws RegiaError `INVALID_INPUT` where members that answer for one another speak of different classes, or a column has two types.
 */
export function packageComposition(composition: Composition, memberOf: (endpoint: string) => Member): Uint8Array {
  const members = membersOf(composition).map((endpoint) => ({ endpoint, ...memberOf(endpoint) }))
  const answering = composition.kind === 'sequence' ? members.slice(-1) : members
  const [first, ...others] = answering.map(({ signature }) => signature)
  const odd = others.findIndex((other) => !speaksLike(first!, other))
  if (odd >= 0) throw otherWords(answering[0]!.endpoint, answering[odd + 1]!.endpoint)
  const inputs = unionOf(composition, (endpoint) => memberOf(endpoint).signature)
  const row = Object.assign({}, ...members.map(({ exampleRow }) => exampleRow ?? {}))
  const known = inputs.filter(({ name }) => Object.hasOwn(row, name)).map(({ name }) => [name, row[name]] as const)
  return packAnsweredBy({
    answeredBy: { kind: 'composition', composition },
    signature: { ...first!, inputs: [...inputs] },
    example: { rows: [Object.fromEntries(known)], isMadeUp: true },
    parity: { maxError: 0, rowCount: 0 },
    metrics: {},
    learner: { name: `composition of ${members.map(({ endpoint }) => endpoint).join(', ')}`, params: {} },
    featureImportance: [],
  })
}

const speaksLike = (a: Signature, b: Signature): boolean =>
  a.task === b.task && a.positive === b.positive && JSON.stringify(a.classes) === JSON.stringify(b.classes)

/** Columns of all members but those that a member before has made. */
function unionOf(composition: Composition, signatureOf: (endpoint: string) => Signature): readonly SignatureColumn[] {
  const columns = new Map<string, SignatureColumn>()
  const made = new Set<string>()
  for (const { endpoint, scoreAs } of inOrder(composition)) {
    for (const column of signatureOf(endpoint).inputs) {
      const known = columns.get(column.name)
      if (known && known.type !== column.type) throw twoTypes(column.name, known.type, column.type, endpoint)
      if (!made.has(column.name)) columns.set(column.name, known ?? column)
    }
    if (scoreAs !== undefined) made.add(scoreAs)
  }
  if (composition.kind === 'switch' && !columns.has(composition.field)) {
    columns.set(composition.field, { name: composition.field, type: fieldType(composition), nullable: true })
  }
  return [...columns.values()]
}

type Asked = { readonly endpoint: string; readonly scoreAs?: string | undefined }

const inOrder = (composition: Composition): readonly Asked[] =>
  composition.kind === 'sequence' ? composition.members : membersOf(composition).map((endpoint) => ({ endpoint }))

function fieldType({ cases }: Extract<Composition, { readonly kind: 'switch' }>): SignatureColumn['type'] {
  const value = cases.flatMap(({ equals }) => equals).find((each) => each !== null)
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'number' ? 'float' : 'string'
}

const otherWords = (first: string, other: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `Endpoints "${first}" and "${other}" do not answer in the same words.`, {
    where: 'compose',
    hint: 'Members that answer for one another need the same task, classes and positive class.',
  })

const twoTypes = (name: string, type: string, other: string, endpoint: string): RegiaError =>
  new RegiaError('INVALID_INPUT', `Column "${name}" is ${type} for one member and ${other} for "${endpoint}".`, {
    where: 'compose',
    hint: 'Give the columns other names, or the same type.',
  })
