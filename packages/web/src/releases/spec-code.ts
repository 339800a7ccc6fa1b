import type { EndpointSpecInput } from '@regia/core'

/** A spec as the file that declares it. */
export const specFile = (spec: EndpointSpecInput): string =>
  ["import { endpoint } from 'regia'", '', `export default endpoint(${code(spec, 0)})`, ''].join('\n')

const INLINE_LENGTH = 88

/** A JSON value as TypeScript that a person would have written: short things on one line. */
function code(value: unknown, depth: number): string {
  if (typeof value === 'string') return `'${value.replace(/[\\']/g, '\\$&').replace(/\n/g, '\\n')}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const parts = Array.isArray(value)
    ? value.map((each) => code(each, depth + 1))
    : Object.entries(value).map(([name, each]) => `${nameCode(name)}: ${code(each, depth + 1)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  const inline = `${open}${Array.isArray(value) ? '' : ' '}${parts.join(', ')}${Array.isArray(value) ? '' : ' '}${close}`
  if (depth > 0 && inline.length + depth * 2 < INLINE_LENGTH && !inline.includes('\n')) return inline
  const indent = '  '.repeat(depth + 1)
  return `${open}\n${parts.map((part) => `${indent}${part},\n`).join('')}${'  '.repeat(depth)}${close}`
}

const nameCode = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`)
