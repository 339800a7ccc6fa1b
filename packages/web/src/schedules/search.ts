import { textOf } from '../kernel/search.ts'

export type SchedulesSearch = {
  readonly pipeline?: string | undefined
  /** The schedule that is open. */
  readonly schedule?: string | undefined
}
export const schedulesSearch = (search: Record<string, unknown>): SchedulesSearch => ({
  pipeline: textOf(search, 'pipeline'),
  schedule: textOf(search, 'schedule'),
})

export type BackfillsSearch = { readonly pipeline?: string | undefined; readonly backfill?: string | undefined }
export const backfillsSearch = (search: Record<string, unknown>): BackfillsSearch => ({
  pipeline: textOf(search, 'pipeline'),
  backfill: textOf(search, 'backfill'),
})
