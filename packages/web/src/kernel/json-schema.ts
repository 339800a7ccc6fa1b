/** The part of JSON Schema that forms understand; anything else is edited as JSON. */
export type FieldKind = 'integer' | 'number' | 'boolean' | 'date' | 'text' | 'choice' | 'json'

export type Schema = Readonly<Record<string, unknown>>

export function fieldKind(schema: Schema): FieldKind {
  if (Array.isArray(schema.enum)) return 'choice'
  if (schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean') return schema.type
  if (schema.type === 'string') return schema.format === 'date' ? 'date' : 'text'
  return 'json'
}

export const choicesOf = (schema: Schema): readonly string[] =>
  Array.isArray(schema.enum) ? schema.enum.map(String) : []

/** What a person typed as a value, or `undefined` for an empty field. Throws what JSON.parse throws. */
export function parseField(kind: FieldKind, text: string, schema: Schema = {}): unknown {
  if (text.trim() === '') return undefined
  if (kind === 'integer' || kind === 'number') {
    const value = Number(text)
    if (!Number.isFinite(value)) throw new Error(`"${text}" is not a number`)
    if (kind === 'integer' && !Number.isInteger(value)) throw new Error(`${text} is not a whole number`)
    return value
  }
  if (kind === 'boolean') return text === 'true'
  if (kind === 'choice' && Array.isArray(schema.enum)) return schema.enum.find((each) => String(each) === text) ?? text
  return kind === 'json' ? JSON.parse(text) : text
}

export const fieldText = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)

const isSchema = (value: unknown): value is Schema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const numberIn = (schema: Schema, name: string) => (typeof schema[name] === 'number' ? schema[name] : undefined)

/**
 * What is wrong with a value, or nothing. Knows the words that forms meet most; the server knows all of them and has the last say.
 */
export function problemWith(value: unknown, schema: Schema): string | undefined {
  if (Array.isArray(schema.enum) && !schema.enum.includes(value)) return `must be one of ${schema.enum.join(', ')}`
  if (typeof value === 'number') return numberProblem(value, schema)
  if (typeof value === 'string') return textProblem(value, schema)
  if (schema.type === 'array')
    return Array.isArray(value) ? listProblem(value, schema) : 'must be a list, such as [1, 2]'
  if (schema.type === 'object')
    return isSchema(value) ? objectProblem(value, schema) : 'must be an object, such as {"a": 1}'
  return undefined
}

function numberProblem(value: number, schema: Schema): string | undefined {
  if (schema.type === 'string') return 'must be a text'
  if (schema.type === 'integer' && !Number.isInteger(value)) return 'must be a whole number'
  const [minimum, maximum] = [numberIn(schema, 'minimum'), numberIn(schema, 'maximum')]
  const [above, below] = [numberIn(schema, 'exclusiveMinimum'), numberIn(schema, 'exclusiveMaximum')]
  if (minimum !== undefined && value < minimum) return `must be at least ${minimum}`
  if (maximum !== undefined && value > maximum) return `must be at most ${maximum}`
  if (above !== undefined && value <= above) return `must be more than ${above}`
  return below !== undefined && value >= below ? `must be less than ${below}` : undefined
}

function textProblem(value: string, schema: Schema): string | undefined {
  if (schema.type === 'integer' || schema.type === 'number') return 'must be a number'
  const [least, most] = [numberIn(schema, 'minLength'), numberIn(schema, 'maxLength')]
  if (least !== undefined && value.length < least) return `must have at least ${least} characters`
  return most !== undefined && value.length > most ? `must have at most ${most} characters` : undefined
}

function listProblem(value: readonly unknown[], schema: Schema): string | undefined {
  const [least, most] = [numberIn(schema, 'minItems'), numberIn(schema, 'maxItems')]
  if (least !== undefined && value.length < least) return `must have at least ${least} elements`
  if (most !== undefined && value.length > most) return `must have at most ${most} elements`
  if (!isSchema(schema.items)) return undefined
  for (const [i, each] of value.entries()) {
    const problem = problemWith(each, schema.items)
    if (problem) return `element ${i} ${problem}`
  }
  return undefined
}

function objectProblem(value: Schema, schema: Schema): string | undefined {
  const required = Array.isArray(schema.required) ? schema.required.map(String) : []
  const missing = required.find((name) => !(name in value))
  if (missing !== undefined) return `lacks "${missing}"`
  const properties = isSchema(schema.properties) ? schema.properties : {}
  for (const [name, each] of Object.entries(value)) {
    const property = properties[name]
    const problem = isSchema(property) ? problemWith(each, property) : undefined
    if (problem) return `"${name}" ${problem}`
  }
  return undefined
}
