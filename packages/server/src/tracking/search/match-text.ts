import type { FilterClause } from '@regia/core'

/** Whether a text is what a clause asks for; what `compare` says in SQL. */
export function matchesText(text: string, { operator, value }: Pick<FilterClause, 'operator' | 'value'>): boolean {
  switch (operator) {
    case 'IN':
    case 'NOT IN':
      return (typeof value === 'object' && value.includes(text)) === (operator === 'IN')
    case 'LIKE':
      return patternOf(String(value), '').test(text)
    case 'ILIKE':
      return patternOf(String(value), 'i').test(text)
    case '!=':
      return text !== value
    default:
      return text === value
  }
}

function patternOf(like: string, flags: string): RegExp {
  const source = like
    .replace(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`)
    .replace(/%+/g, '.*')
    .replace(/_/g, '.')
  return new RegExp(`^${source}$`, `su${flags}`)
}
