/** What a column, an axis or an order can be of: an attribute such as `status`, or a logged value by its key. */
export type FieldKind = 'attribute' | 'metric' | 'param' | 'tag' | 'curve'
export type Field = { readonly kind: FieldKind; readonly key: string }

// A curve is a metric as a small drawing: nothing that could be filtered or sorted by.
const PREFIXES = { metric: 'metrics.', param: 'params.', tag: 'tags.', curve: 'curves.' } as const
const KINDS = ['metric', 'param', 'tag', 'curve'] as const

/** As it stands in the URL: `metrics.auc`, `params.depth`, `status`. */
export const fieldId = ({ kind, key }: Field): string => (kind === 'attribute' ? key : `${PREFIXES[kind]}${key}`)

/** The field of an id; whatever has no prefix is an attribute. */
export function fieldOf(id: string): Field {
  const kind = KINDS.find((each) => id.startsWith(PREFIXES[each]))
  return kind ? { kind, key: id.slice(PREFIXES[kind].length) } : { kind: 'attribute', key: id }
}

/** As the filter language writes it; a key that is no plain word is quoted. */
export function fieldText(field: Field): string {
  if (field.kind === 'attribute') return field.key
  return `${PREFIXES[field.kind]}${/^[A-Za-z_]\w*$/.test(field.key) ? field.key : `\`${field.key.replaceAll('`', '``')}\``}`
}

/** A sort as it stands in the URL (`-metrics.auc`: the greatest first) as a term of an order. */
export function orderText(sort: string): string {
  const isDescending = sort.startsWith('-')
  return `${fieldText(fieldOf(isDescending ? sort.slice(1) : sort))} ${isDescending ? 'DESC' : 'ASC'}`
}

/** One more condition on a filter. */
export const withCondition = (filter: string | undefined, condition: string): string =>
  filter?.trim() ? `${filter.trim()} AND ${condition}` : condition

/** That a field has this text. */
export const equalsText = (field: Field, value: string): string =>
  `${fieldText(field)} = '${value.replaceAll("'", "''")}'`

/** That an attribute is one of these texts. */
export const equalsAny = (attribute: string, values: readonly string[]): string =>
  `${attribute} IN (${values.map((value) => `'${value.replaceAll("'", "''")}'`).join(', ')})`
