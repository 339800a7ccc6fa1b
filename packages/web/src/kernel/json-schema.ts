/** The part of JSON Schema that forms understand; anything else is edited as JSON. */
export type FieldKind = 'integer' | 'number' | 'boolean' | 'date' | 'text' | 'choice' | 'json'

type Schema = Readonly<Record<string, unknown>>

export function fieldKind(schema: Schema): FieldKind {
  if (Array.isArray(schema.enum)) return 'choice'
  if (schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean') return schema.type
  if (schema.type === 'string') return schema.format === 'date' ? 'date' : 'text'
  return 'json'
}

export const choicesOf = (schema: Schema): readonly string[] =>
  Array.isArray(schema.enum) ? schema.enum.map(String) : []

/** What a person typed as a value, or `undefined` for an empty field. Throws what JSON.parse throws. */
export function parseField(kind: FieldKind, text: string): unknown {
  if (text.trim() === '') return undefined
  if (kind === 'integer' || kind === 'number') {
    const value = Number(text)
    if (!Number.isFinite(value)) throw new Error(`"${text}" is not a number`)
    if (kind === 'integer' && !Number.isInteger(value)) throw new Error(`${text} is not a whole number`)
    return value
  }
  if (kind === 'boolean') return text === 'true'
  return kind === 'json' ? JSON.parse(text) : text
}

export const fieldText = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
