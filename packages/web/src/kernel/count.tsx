import { formatCount } from './format.ts'

/** A count, shortened when it is large, exact on hover. */
export function Count({ value }: { readonly value: number | undefined }) {
  return <span title={value?.toLocaleString('en-US')}>{formatCount(value)}</span>
}
