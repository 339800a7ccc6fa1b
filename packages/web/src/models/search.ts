import { oneOf } from '../kernel/search.ts'

export const CURVES = ['roc', 'precisionRecall', 'calibration'] as const
export type ModelVersionSearch = {
  readonly curve?: (typeof CURVES)[number] | undefined
  /** The path of the file that is looked at. */
  readonly file?: string | undefined
}
export const modelVersionSearch = (search: Record<string, unknown>): ModelVersionSearch => ({
  curve: oneOf(search, 'curve', CURVES),
  file: textOf(search.file, 1_000),
})

export type ModelsSearch = { readonly find?: string | undefined }
/** A piece of a name, or a filter. */
export const modelsSearch = (search: Record<string, unknown>): ModelsSearch => ({ find: textOf(search.find, 10_000) })

export type ModelSearch = { readonly selected?: string | undefined }
/** Versions that are to be compared, such as `3,4`. */
export const modelSearch = (search: Record<string, unknown>): ModelSearch => ({
  selected: textOf(search.selected, 100),
})

export type ComparisonSearch = {
  readonly before?: string | undefined
  readonly after?: string | undefined
  /** What is the same is shown, too. */
  readonly all?: boolean | undefined
}
/** Versions, by number or alias. */
export const comparisonSearch = (search: Record<string, unknown>): ComparisonSearch => ({
  before: textOf(search.before, 255),
  after: textOf(search.after, 255),
  all: search.all === true || undefined,
})

const textOf = (value: unknown, longest: number): string | undefined =>
  typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, longest) || undefined : undefined
