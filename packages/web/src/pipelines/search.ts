import { numberOf, textOf } from '../kernel/search.ts'

export type PipelineSearch = { readonly step?: string | undefined; readonly version?: number | undefined }
export const pipelineSearch = (search: Record<string, unknown>): PipelineSearch => ({
  step: textOf(search, 'step'),
  version: numberOf(search, 'version'),
})
