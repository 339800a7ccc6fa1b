import type { SketchJson } from '@regia/core'
import { sql } from 'kysely'
import type { Connection, Database } from '../../database/database.ts'
import { derivedTransaction } from '../../database/derived-transaction.ts'
import { decodeJson, encodeJson } from '../../database/json-text.ts'
import type { LogPosition, ShadowRecord } from '../prediction-log/index.ts'
import type { JoinedLabel, JoinedReward } from './delta.ts'
import type { WatermarkState } from './watermark.ts'

/** SQLite takes some thirty thousand values a statement. */
const ROWS_A_STATEMENT = 500

export type EndpointCounts = {
  readonly version: number
  readonly predictionCount: number
  readonly labelCount: number
}

export type StoredLabel = {
  readonly version: number
  readonly label: string
  readonly isPositive: boolean | undefined
  readonly score: number
  readonly eventAt: number
}

/** Where counts are kept. Writing takes a transaction, in which the position that they cover is kept too. */
export class CountStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  transaction(work: (connection: Connection) => Promise<void>): Promise<void> {
    // Whatever is lost is counted again from the log, on from the position that was kept with it.
    return derivedTransaction(this.#database, work)
  }

  async findPosition(endpoint: string): Promise<LogPosition | undefined> {
    const row = await this.#database
      .selectFrom('log_offset')
      .select(['segment', 'byte_offset'])
      .where('endpoint', '=', endpoint)
      .executeTakeFirst()
    return row && { segment: row.segment, offset: row.byte_offset }
  }

  async putPosition(connection: Connection, endpoint: string, { segment, offset }: LogPosition): Promise<void> {
    const row = { endpoint, segment, byte_offset: offset }
    await connection
      .insertInto('log_offset')
      .values(row)
      .onConflict((conflict) => conflict.column('endpoint').doUpdateSet({ segment, byte_offset: offset }))
      .execute()
  }

  async counts(endpoint: string): Promise<readonly EndpointCounts[]> {
    const rows = await this.#database
      .selectFrom('endpoint_count')
      .selectAll()
      .where('endpoint', '=', endpoint)
      .orderBy('version')
      .execute()
    return rows.map((row) => ({
      version: row.version,
      predictionCount: row.prediction_count,
      labelCount: row.label_count,
    }))
  }

  async addCounts(
    connection: Connection,
    endpoint: string,
    version: number,
    { predictions, labels }: { readonly predictions: number; readonly labels: number },
  ): Promise<void> {
    await connection
      .insertInto('endpoint_count')
      .values({ endpoint, version, prediction_count: predictions, label_count: labels })
      .onConflict((conflict) =>
        conflict.columns(['endpoint', 'version']).doUpdateSet({
          prediction_count: sql`endpoint_count.prediction_count + excluded.prediction_count`,
          label_count: sql`endpoint_count.label_count + excluded.label_count`,
        }),
      )
      .execute()
  }

  async findWatermark(endpoint: string): Promise<WatermarkState | undefined> {
    const row = await this.#database
      .selectFrom('endpoint_watermark')
      .selectAll()
      .where('endpoint', '=', endpoint)
      .executeTakeFirst()
    return row && { at: row.event_at, elsewhereCount: row.elsewhere_count }
  }

  async putWatermark(connection: Connection, endpoint: string, state: WatermarkState): Promise<void> {
    const content = { event_at: state.at, elsewhere_count: state.elsewhereCount }
    await connection
      .insertInto('endpoint_watermark')
      .values({ endpoint, ...content })
      .onConflict((conflict) => conflict.column('endpoint').doUpdateSet(content))
      .execute()
  }

  async findSketch(
    connection: Connection,
    endpoint: string,
    version: number,
    hour: number,
  ): Promise<SketchJson | undefined> {
    const row = await connection
      .selectFrom('sketch')
      .select('sketch')
      .where('endpoint', '=', endpoint)
      .where('version', '=', version)
      .where('hour', '=', hour)
      .executeTakeFirst()
    return row && decodeJson(row.sketch)
  }

  async putSketch(
    connection: Connection,
    endpoint: string,
    version: number,
    hour: number,
    json: SketchJson,
  ): Promise<void> {
    const sketch = encodeJson(json)
    await connection
      .insertInto('sketch')
      .values({ endpoint, version, hour, sketch })
      .onConflict((conflict) => conflict.columns(['endpoint', 'version', 'hour']).doUpdateSet({ sketch }))
      .execute()
  }

  /** Puts other sketches of a version in the place of all that it has. */
  async replaceSketches(
    connection: Connection,
    endpoint: string,
    version: number,
    sketches: ReadonlyMap<number, SketchJson>,
  ): Promise<void> {
    await connection.deleteFrom('sketch').where('endpoint', '=', endpoint).where('version', '=', version).execute()
    for (const [hour, sketch] of sketches) await this.putSketch(connection, endpoint, version, hour, sketch)
  }

  /** Labels of a version that say whether they are positive. */
  async labelsOf(
    endpoint: string,
    version: number,
  ): Promise<readonly { readonly score: number; readonly isPositive: boolean; readonly eventAt: number }[]> {
    const rows = await this.#database
      .selectFrom('label')
      .select(['score', 'is_positive', 'event_at'])
      .where('endpoint', '=', endpoint)
      .where('version', '=', version)
      .where('is_positive', 'is not', null)
      .execute()
    return rows.map((row) => ({ score: row.score, isPositive: row.is_positive === 1, eventAt: row.event_at }))
  }

  /** Sketches of one version whose hour begins in [from, until), oldest first. */
  async sketches(endpoint: string, version: number, from: number, until: number): Promise<readonly SketchJson[]> {
    const rows = await this.#database
      .selectFrom('sketch')
      .select('sketch')
      .where('endpoint', '=', endpoint)
      .where('version', '=', version)
      .where('hour', '>=', from)
      .where('hour', '<', until)
      .orderBy('hour')
      .execute()
    return rows.map((row) => decodeJson(row.sketch))
  }

  /** Hours in [from, until) of event time in which a version was asked something, oldest first. */
  async hours(
    endpoint: string,
    from: number,
    until: number,
  ): Promise<readonly { readonly hour: number; readonly version: number }[]> {
    return this.#database
      .selectFrom('sketch')
      .select(['hour', 'version'])
      .where('endpoint', '=', endpoint)
      .where('hour', '>=', from)
      .where('hour', '<', until)
      .orderBy('hour')
      .orderBy('version')
      .execute()
  }

  async findLabels(connection: Connection, ids: readonly string[]): Promise<ReadonlyMap<string, StoredLabel>> {
    const found = new Map<string, StoredLabel>()
    for (const part of parts(ids)) {
      const rows = await connection.selectFrom('label').selectAll().where('prediction_id', 'in', part).execute()
      for (const row of rows) {
        found.set(row.prediction_id, {
          version: row.version,
          label: row.label,
          isPositive: row.is_positive === null ? undefined : row.is_positive === 1,
          score: row.score,
          eventAt: row.event_at,
        })
      }
    }
    return found
  }

  async putLabels(connection: Connection, endpoint: string, labels: readonly JoinedLabel[]): Promise<void> {
    for (const part of parts(labels)) {
      const rows = part.map((label) => ({
        prediction_id: label.predictionId,
        endpoint,
        version: label.version,
        label: label.label,
        is_positive: label.isPositive === undefined ? null : Number(label.isPositive),
        score: label.score,
        event_at: label.eventAt,
        place: label.place,
      }))
      await connection
        .insertInto('label')
        .values(rows)
        .onConflict((conflict) =>
          conflict.column('prediction_id').doUpdateSet({
            label: sql`excluded.label`,
            is_positive: sql`excluded.is_positive`,
            place: sql`excluded.place`,
          }),
        )
        .execute()
    }
  }

  /** Which of these predictions have a reward. */
  async findRewarded(connection: Connection, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>()
    for (const part of parts(ids)) {
      const rows = await connection
        .selectFrom('reward')
        .select('prediction_id')
        .where('prediction_id', 'in', part)
        .execute()
      for (const row of rows) found.add(row.prediction_id)
    }
    return found
  }

  async putRewards(connection: Connection, endpoint: string, rewards: readonly JoinedReward[]): Promise<void> {
    for (const part of parts(rewards)) {
      const rows = part.map(({ predictionId, version, reward }) => ({
        prediction_id: predictionId,
        ...{ endpoint, version, reward },
      }))
      await connection.insertInto('reward').values(rows).execute()
    }
  }

  async putShadowPairs(connection: Connection, endpoint: string, shadows: readonly ShadowRecord[]): Promise<void> {
    for (const part of parts(shadows)) {
      const rows = part.map(({ predictionId, version, score, label, champion }) => ({
        prediction_id: predictionId,
        endpoint,
        champion_version: champion.version,
        challenger_version: version,
        champion_score: champion.score,
        challenger_score: score,
        is_same_class: Number(label === champion.label),
        champion_label: champion.label ?? null,
        challenger_label: label ?? null,
        event_at: champion.at,
      }))
      await connection
        .insertInto('shadow_pair')
        .values(rows)
        .onConflict((conflict) => conflict.column('prediction_id').doNothing())
        .execute()
    }
  }

  /** What became of predictions: their labels and shadow scores, by id. */
  async findOutcomes(ids: readonly string[]): Promise<{
    readonly labels: ReadonlyMap<string, string>
    readonly shadows: ReadonlyMap<string, { readonly version: number; readonly score: number }>
  }> {
    const labels = await this.findLabels(this.#database, ids)
    const shadows = new Map<string, { readonly version: number; readonly score: number }>()
    for (const part of parts(ids)) {
      const rows = await this.#database
        .selectFrom('shadow_pair')
        .select(['prediction_id', 'challenger_version', 'challenger_score'])
        .where('prediction_id', 'in', part)
        .execute()
      for (const row of rows) {
        shadows.set(row.prediction_id, { version: row.challenger_version, score: row.challenger_score })
      }
    }
    return { labels: new Map([...labels].map(([id, { label }]) => [id, label])), shadows }
  }
}

function* parts<Item>(items: readonly Item[]): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += ROWS_A_STATEMENT) yield items.slice(from, from + ROWS_A_STATEMENT)
}
