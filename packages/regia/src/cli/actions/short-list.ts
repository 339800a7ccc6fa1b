const SHOWN = 20

/** The first of many, and how many more there are: a model may take hundreds of columns. */
export function shortList(items: readonly string[], most = SHOWN): string {
  if (items.length <= most) return items.join(', ')
  return `${items.slice(0, most).join(', ')}, and ${items.length - most} more`
}
