/** Text to put in place of what stands between `from` and `until` (UTF-16 units). */
export type FilterSuggestion = {
  readonly from: number
  readonly until: number
  readonly text: string
  readonly kind: 'entity' | 'attribute' | 'key' | 'operator' | 'value' | 'quote' | 'keyword'
}
