import type { Demo } from '@regia/core'
import type { JsonText } from '../database/json-text.ts'

export type DemoTables = {
  /** At most one row. */
  demo: { id: number; demo: JsonText<Demo>; updated_at: string }
  demo_wish: { name: string; active: number; requested_at: string }
}
