import type { ServedBy } from '@regia/core'

const WORDS: Readonly<Record<ServedBy, string>> = {
  fallback: 'the fallback',
  constant: 'a constant',
  cache: 'cache',
  precomputed: 'computed before',
}

/** What answered in place of the version. */
export const answeredBy = (servedBy: ServedBy): string => WORDS[servedBy]
