import { textOf } from '../kernel/search.ts'

export type ReleasesSearch = {
  /** The release whose figures are open. */
  readonly open?: string | undefined
}
export const releasesSearch = (search: Record<string, unknown>): ReleasesSearch => ({ open: textOf(search, 'open') })
