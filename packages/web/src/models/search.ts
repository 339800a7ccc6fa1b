import { oneOf } from '../kernel/search.ts'

export const CURVES = ['roc', 'precisionRecall', 'calibration'] as const
export type ModelVersionSearch = { readonly curve?: (typeof CURVES)[number] | undefined }
export const modelVersionSearch = (search: Record<string, unknown>): ModelVersionSearch => ({
  curve: oneOf(search, 'curve', CURVES),
})
