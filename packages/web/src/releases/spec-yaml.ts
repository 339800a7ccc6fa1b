import type { EndpointSpecInput } from '@regia/core'

/** A spec as the YAML file that declares it: what `regia apply` reads. */
export function specYaml({ name, ...fields }: EndpointSpecInput): string {
  return `${blockLines({ endpoint: name, ...fields }, 0).join('\n')}\n`
}

/** A value of a spec as YAML: a map line by line. */
export const valueYaml = (value: unknown): string =>
  isMap(value) && Object.keys(value).length > 0 ? blockLines(value, 0).join('\n') : flowYaml(value)

const INLINE_LENGTH = 72

/** A map of one line per field; what is too long for its line stands under it, indented. */
function blockLines(map: object, depth: number): readonly string[] {
  const indent = '  '.repeat(depth)
  return Object.entries(map).flatMap(([name, value]) => {
    const start = `${indent}${scalarYaml(name)}:`
    const line = `${start} ${flowYaml(value)}`
    const fits = line.length <= INLINE_LENGTH
    if (Array.isArray(value) && !fits) return [start, ...value.map((each) => `${indent}  - ${flowYaml(each)}`)]
    // What a field of an endpoint holds, such as a canary, is read line by line even where it is short.
    const isOnLines = isMap(value) && Object.keys(value).length > 0 && (depth === 0 || !fits)
    return isOnLines ? [start, ...blockLines(value, depth + 1)] : [line]
  })
}

function flowYaml(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flowYaml).join(', ')}]`
  if (!isMap(value)) return scalarYaml(value)
  const parts = Object.entries(value).map(([name, each]) => `${scalarYaml(name)}: ${flowYaml(each)}`)
  return parts.length === 0 ? '{}' : `{ ${parts.join(', ')} }`
}

const isMap = (value: unknown): value is object => typeof value === 'object' && value !== null && !Array.isArray(value)

// Bare are names, references and spans of time; any other text is quoted as JSON quotes it, which YAML reads the same.
const BARE = /^([A-Za-z][\w.@-]*|\d+(ms|[smhdw]))$/
const OTHER_MEANING = /^(true|false|null|yes|no|on|off|y|n)$/i

function scalarYaml(value: unknown): string {
  if (typeof value === 'string') return BARE.test(value) && !OTHER_MEANING.test(value) ? value : JSON.stringify(value)
  return typeof value === 'number' && Number.isNaN(value) ? '.nan' : String(value)
}
