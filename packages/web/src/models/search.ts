import { oneOf } from '../kernel/search.ts'

export const CURVES = ['roc', 'precisionRecall', 'calibration'] as const
export type ModelVersionSearch = { readonly curve?: (typeof CURVES)[number] | undefined }
export const modelVersionSearch = (search: Record<string, unknown>): ModelVersionSearch => ({
  curve: oneOf(search, 'curve', CURVES),
})

export type ComparisonSearch = { readonly before?: string | undefined; readonly after?: string | undefined }
/** Versions, by number or alias. */
export const comparisonSearch = (search: Record<string, unknown>): ComparisonSearch => ({
  before: versionOf(search.before),
  after: versionOf(search.after),
})

const versionOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 255) : undefined
