import { RegiaError } from '@regia/core'

/** `team=ops` becomes `{ team: 'ops' }`; both sides are text. */
export function parseTags(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const equals = text.indexOf('=')
      if (equals >= 1) return [text.slice(0, equals), text.slice(equals + 1)]
      throw new RegiaError('INVALID_INPUT', `"${text}" is no tag.`, {
        where: '--tag',
        hint: 'Write KEY=VALUE, such as --tag team=ops.',
      })
    }),
  )
}

/** Those to set, and those to take away, as the API takes them; nothing where there are none. */
export function tagChanges(
  set: readonly string[],
  taken: readonly string[],
): Record<string, string | null> | undefined {
  if (set.length + taken.length === 0) return undefined
  return { ...parseTags(set), ...Object.fromEntries(taken.map((key) => [key, null])) }
}
