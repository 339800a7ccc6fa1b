/** How long and how many: what a client of MLflow may send, since both speak of the same store. */
export const TRACKING_LIMITS = {
  experimentNameLength: 500,
  keyLength: 250,
  paramValueLength: 6_000,
  tagValueLength: 8_000,
  experimentTagValueLength: 20_000,
  noteLength: 100_000,
  metricsInBatch: 1_000,
  paramsInBatch: 100,
  tagsInBatch: 100,
  itemsInBatch: 1_000,
  searchPage: 50_000,
  /** Of a filter: conditions, and texts in its lists in all; of an order: fields. More make statements that a database cannot take. */
  filterConditions: 200,
  filterListTexts: 10_000,
  orderFields: 30,
  chartRuns: 100,
} as const

/**
 * What is wrong with the key of a metric, param or tag, in words that go on after its name; `undefined` for a good one.
 *
 * Letters and digits of any script, `_ / . : -` and spaces, up to 250 characters, and no path tricks: a key is also a path in some stores.
 *
 * @example keyFault('train/loss') // undefined
 * @example keyFault('a//b') // 'is not a plain path: …'
 */
export function keyFault(key: string): string | undefined {
  if (key === '') return 'is empty'
  if (key.length > TRACKING_LIMITS.keyLength) return `has ${key.length} characters; at most 250 are allowed`
  if (!/^[/\p{L}\p{N}\p{M}_.\- :]*$/u.test(key))
    return 'may hold letters, digits, "_", "/", ".", "-", ":" and spaces only'
  const segments = key.split('/')
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return 'is not a plain path: no empty part, "." or ".." between slashes, none at either end'
  }
  return undefined
}
