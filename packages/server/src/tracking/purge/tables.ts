import type { Generated } from 'kysely'

export type PurgeTables = {
  /** What belonged to something that is gone already, and is still to be taken away: it is too much for one transaction. */
  purged_remains: {
    id: Generated<number>
    /** Whose points are left. */
    run_seq: number | null
    /** Of the artifact tree. */
    folder: string | null
  }
}
