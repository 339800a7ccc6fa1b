import {
  type ArmFigures,
  addArmFigures,
  armFiguresFromJson,
  armFiguresToJson,
  balancedAccuracy,
  emptyArmFigures,
  MEAN_METRICS,
  macroF1,
} from '@regia/core'
import { sql } from 'kysely'
import type { Connection, Database } from '../../database/database.ts'
import { decodeJson, encodeJson } from '../../database/json-text.ts'
import type { Outcomes, Pulls, ReleaseRecord } from './release-record.ts'

/** What is counted of releases: by the gateway (requests) and by the consumer of the log (labels, rewards, pulls). */
export class ReleaseFiguresStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Of every version of a release, the stable one first. */
  async figures({ id, stableVersion, arms, scoreEdges }: ReleaseRecord): Promise<ReadonlyMap<number, ArmFigures>> {
    const stored = await this.#database
      .selectFrom('release_figures')
      .select(['version', 'figures'])
      .where('release', '=', id)
      .execute()
    const outcomes = await this.outcomes(id)
    const versions = [stableVersion, ...arms.map(({ version }) => version)]
    return new Map(
      versions.map((version) => {
        const row = stored.find((each) => each.version === version)
        const figures = row ? armFiguresFromJson(decodeJson(row.figures)) : emptyArmFigures(scoreEdges)
        setMetrics(figures, outcomes.get(version) ?? {})
        return [version, figures]
      }),
    )
  }

  /** Adds what was counted since the last time. */
  async add(release: string, taken: ReadonlyMap<number, ArmFigures>): Promise<void> {
    if (taken.size === 0) return
    await this.#database.transaction().execute(async (connection) => {
      for (const [version, counted] of taken) await addFigures(connection, release, version, counted)
    })
  }

  async outcomes(release: string, connection: Connection = this.#database): Promise<ReadonlyMap<number, Outcomes>> {
    const rows = await connection.selectFrom('release_outcome').selectAll().where('release', '=', release).execute()
    return new Map(rows.map(({ version, outcomes }) => [version, decodeJson(outcomes)]))
  }

  async putOutcomes(connection: Connection, release: string, version: number, outcomes: Outcomes): Promise<void> {
    const text = encodeJson(outcomes)
    await connection
      .insertInto('release_outcome')
      .values({ release, version, outcomes: text })
      .onConflict((conflict) => conflict.columns(['release', 'version']).doUpdateSet({ outcomes: text }))
      .execute()
  }

  async pulls(release: string): Promise<ReadonlyMap<number, readonly Pulls[]>> {
    const rows = await this.#database.selectFrom('release_pull').selectAll().where('release', '=', release).execute()
    const byVersion = new Map<number, Pulls[]>()
    for (const { version, bucket, pull_count: pullCount, settled_count: settledCount } of rows) {
      const pulls = byVersion.get(version) ?? []
      byVersion.set(version, pulls)
      pulls.push({ bucket, pullCount, settledCount })
    }
    return byVersion
  }

  async addPulls(connection: Connection, release: string, version: number, pulls: Pulls): Promise<void> {
    const { bucket, pullCount, settledCount } = pulls
    await connection
      .insertInto('release_pull')
      .values({ release, version, bucket, pull_count: pullCount, settled_count: settledCount })
      .onConflict((conflict) =>
        conflict.columns(['release', 'version', 'bucket']).doUpdateSet({
          pull_count: sql`release_pull.pull_count + excluded.pull_count`,
          settled_count: sql`release_pull.settled_count + excluded.settled_count`,
        }),
      )
      .execute()
  }
}

function setMetrics({ metrics }: ArmFigures, outcomes: Outcomes): void {
  for (const metric of MEAN_METRICS) metrics[metric] = outcomes[metric] ?? metrics[metric]
  const { confusion } = outcomes
  if (!confusion) return
  metrics.macroF1 = macroF1(confusion)
  metrics.balancedAccuracy = balancedAccuracy(confusion)
}

async function addFigures(
  connection: Connection,
  release: string,
  version: number,
  counted: ArmFigures,
): Promise<void> {
  const row = await connection
    .selectFrom('release_figures')
    .select('figures')
    .where('release', '=', release)
    .where('version', '=', version)
    .executeTakeFirst()
  const whole = row ? armFiguresFromJson(decodeJson(row.figures)) : emptyArmFigures(counted.scoreEdges)
  addArmFigures(whole, counted)
  const figures = encodeJson(armFiguresToJson(whole))
  await connection
    .insertInto('release_figures')
    .values({ release, version, figures })
    .onConflict((conflict) => conflict.columns(['release', 'version']).doUpdateSet({ figures }))
    .execute()
}
