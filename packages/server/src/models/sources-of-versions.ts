import { sql } from 'kysely'
import type { Connection } from '../database/database.ts'

/** What versions were made from: the runs and logged models behind them, and the addresses of their files. */
export type VersionSources = {
  readonly runs: ReadonlySet<string>
  readonly loggedModels: ReadonlySet<string>
  readonly addresses: readonly string[]
}

type Row = {
  readonly run_id: string | null
  readonly logged_model_id: string | null
  readonly source: string | null
  readonly location: string | null
}

/** Of versions that are left once what was deleted before `deletedBefore` is purged. */
export async function sourcesOfVersions(connection: Connection, deletedBefore: string): Promise<VersionSources> {
  const { rows } = await sql<Row>`
    select run_id, logged_model_id, source, location from model_version
    where (deleted_at is null or deleted_at >= ${deletedBefore})
      and model not in (select name from model where deleted_at < ${deletedBefore})
  `.execute(connection)
  return {
    runs: new Set(rows.flatMap(({ run_id }) => run_id ?? [])),
    loggedModels: new Set(rows.flatMap((row) => row.logged_model_id ?? modelNamed(row.source))),
    addresses: rows.flatMap(({ source, location }) => [source ?? [], location ?? []].flat()),
  }
}

const modelNamed = (source: string | null): readonly string[] => {
  const [, id] = /^models:\/+(m-[0-9a-f]{32})$/.exec(source ?? '') ?? []
  return id === undefined ? [] : [id]
}
