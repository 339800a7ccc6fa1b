import type { PortType } from '@regia/core'

type Schema = Readonly<Record<string, unknown>>

/** The type of a port in a few words: `table(age int, sex string)`, `integer ≥ 1`, `list of number`. */
export function schemaText(type: PortType | undefined): string {
  if (!type) return '–'
  if (type.kind === 'value') return valueText(type.schema)
  if (type.kind === 'table' && type.schema) {
    const columns = type.schema.columns.map((column) => `${column.name} ${column.type}`)
    return `table(${columns.slice(0, 8).join(', ')}${columns.length > 8 ? `, … ${columns.length} columns` : ''})`
  }
  return type.kind === 'file' && type.mediaType ? `file ${type.mediaType}` : type.kind
}

/** A JSON schema in a few words. */
export function valueText(schema: Schema): string {
  if (Array.isArray(schema.enum)) return schema.enum.map(String).join(' | ')
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.type === 'array') return `list of ${isSchema(schema.items) ? valueText(schema.items) : 'anything'}`
  if (schema.type === 'object') {
    const names = isSchema(schema.properties) ? Object.keys(schema.properties) : []
    return names.length > 0 ? `{ ${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''} }` : 'object'
  }
  const alternatives = schema.anyOf ?? schema.oneOf
  if (Array.isArray(alternatives))
    return alternatives.map((each) => (isSchema(each) ? valueText(each) : '?')).join(' or ')
  const type = typeof schema.type === 'string' ? schema.type : 'anything'
  return [typeof schema.format === 'string' ? schema.format : type, boundsText(schema)].filter(Boolean).join(' ')
}

function boundsText({ minimum, maximum }: Schema): string {
  const isMeant = (bound: unknown): bound is number =>
    typeof bound === 'number' && Math.abs(bound) < Number.MAX_SAFE_INTEGER
  return [isMeant(minimum) && `≥ ${minimum}`, isMeant(maximum) && `≤ ${maximum}`].filter(Boolean).join(', ')
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null
