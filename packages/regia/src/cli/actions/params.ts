import { RegiaError } from '@regia/core'

/** `trees=200` becomes `{ trees: 200 }`: the value is JSON where it can be, else text. */
export function parseParams(given: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(given.map(parseParam))
}

function parseParam(text: string): [string, unknown] {
  const equals = text.indexOf('=')
  if (equals < 1) {
    throw new RegiaError('INVALID_INPUT', `"${text}" is not a parameter.`, {
      where: '--param',
      hint: 'Write NAME=VALUE, such as --param trees=200 or --param days=\'["2001-01-01"]\'.',
    })
  }
  return [text.slice(0, equals), parseValue(text.slice(equals + 1))]
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
