import { parseFilter, RegiaError, RUN_GRAMMAR } from '@regia/core'

/** What is wrong with a filter, and the piece of it that is. */
export type FilterFault = {
  readonly message: string
  readonly hint: string | undefined
  readonly before: string
  readonly token: string
  readonly after: string
}

/** The fault of a filter before it is sent; nothing for a good one. */
export function filterFault(text: string): FilterFault | undefined {
  try {
    parseFilter(text, RUN_GRAMMAR)
    return undefined
  } catch (error) {
    return error instanceof Error ? faultAt(text, error) : undefined
  }
}

/** An error of the parser, here or in the server, at the token that it names (`where`: `filter:17`). */
export function faultAt(text: string, error: Error): FilterFault {
  const told = error instanceof RegiaError ? error : undefined
  const column = /^filter:(\d+)$/.exec(told?.where ?? '')?.[1]
  const from = column === undefined ? text.length : Number(column) - 1
  const token = /^\s*(?:'[^']*'?|"[^"]*"?|`[^`]*`?|[^\s=!<>'"`(),]+|[=!<>]+|.)?/.exec(text.slice(from))?.[0] ?? ''
  return {
    message: error.message,
    hint: told?.hint,
    before: text.slice(0, from),
    token: token || ' ',
    after: text.slice(from + token.length),
  }
}
