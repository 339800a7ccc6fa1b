import type { Clock, Rng } from '@regia/core'
import type { Database } from '../database/database.ts'
import type { GroupCommit } from '../database/group-commit.ts'
import type { KeyIds } from './key-ids.ts'

export type TrackingDeps = {
  readonly database: Database
  /** Through which every write of tracking goes. */
  readonly commits: GroupCommit
  readonly keys: KeyIds
  readonly publish: (type: 'experiment' | 'trackedRun', id: string) => void
  readonly clock: Clock
  /** For names that are made up. */
  readonly rng: Rng
  /** 32 hexadecimal digits that nobody can guess. */
  readonly newHexId: () => string
}
