import type { ClassPairs, ScorePairs } from '@regia/core'
import { sql } from 'kysely'
import type { Database } from '../../database/database.ts'

export type PairVersions = {
  readonly endpoint: string
  readonly championVersion: number
  readonly challengerVersion: number
}

export type PairTotals = {
  readonly pairCount: number
  /** Share of pairs with the same class; undefined without pairs. */
  readonly agreement: number | undefined
  readonly meanAbsoluteDifference: number | undefined
}

export type DifferingPair = {
  readonly predictionId: string
  readonly championScore: number
  readonly challengerScore: number
  readonly isSameClass: boolean
  readonly eventAt: number
  readonly actual: string | undefined
}

/** Looking for the largest differences goes no further back: the query runs on the thread that answers requests. */
const LATEST_PAIRS = 10_000

/** What champion and challenger answered to the same requests. */
export class PairStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  async totals(versions: PairVersions): Promise<PairTotals> {
    const row = await this.#pairs(versions)
      .select(({ fn }) => [
        fn.countAll<number>().as('pairs'),
        fn.avg<number | null>('is_same_class').as('agreement'),
        sql<number | null>`avg(abs(champion_score - challenger_score))`.as('difference'),
      ])
      .executeTakeFirstOrThrow()
    return {
      pairCount: row.pairs,
      agreement: row.agreement ?? undefined,
      meanAbsoluteDifference: row.difference ?? undefined,
    }
  }

  async labelledCount(versions: PairVersions, afterEventTime: number): Promise<number> {
    const row = await this.#labelled(versions, afterEventTime)
      .select(({ fn }) => fn.countAll<number>().as('pairs'))
      .executeTakeFirstOrThrow()
    return row.pairs
  }

  /** Labelled pairs whose event came at or after a time, in the order in which the labels came. */
  async labelledPairs(versions: PairVersions, afterEventTime: number, limit: number): Promise<ScorePairs> {
    const rows = await this.#labelled(versions, afterEventTime)
      .select(['shadow_pair.champion_score', 'shadow_pair.challenger_score', 'label.is_positive'])
      .orderBy('label.place')
      .limit(limit)
      .execute()
    return {
      champion: Float64Array.from(rows, (row) => row.champion_score),
      challenger: Float64Array.from(rows, (row) => row.challenger_score),
      labels: Uint8Array.from(rows, (row) => row.is_positive ?? 0),
    }
  }

  /** The same by class. */
  async labelledClasses(versions: PairVersions, afterEventTime: number, limit: number): Promise<ClassPairs> {
    const rows = await this.#labelled(versions, afterEventTime)
      .select(['shadow_pair.champion_label', 'shadow_pair.challenger_label', 'label.label'])
      .where('shadow_pair.champion_label', 'is not', null)
      .where('shadow_pair.challenger_label', 'is not', null)
      .orderBy('label.place')
      .limit(limit)
      .execute()
    return {
      champion: rows.map((row) => row.champion_label ?? ''),
      challenger: rows.map((row) => row.challenger_label ?? ''),
      actual: rows.map((row) => row.label),
    }
  }

  /** Of the latest pairs those whose scores differ most. */
  async largestDifferences(versions: PairVersions, limit: number): Promise<readonly DifferingPair[]> {
    const latest = this.#pairs(versions)
      .select(['prediction_id', 'champion_score', 'challenger_score', 'is_same_class', 'event_at'])
      .orderBy('event_at', 'desc')
      .limit(LATEST_PAIRS)
      .as('latest')
    const rows = await this.#database
      .selectFrom(latest)
      .leftJoin('label', 'label.prediction_id', 'latest.prediction_id')
      .selectAll('latest')
      .select('label.label as actual')
      .orderBy(sql`abs(champion_score - challenger_score)`, 'desc')
      .limit(limit)
      .execute()
    return rows.map((row) => ({
      predictionId: row.prediction_id,
      championScore: row.champion_score,
      challengerScore: row.challenger_score,
      isSameClass: row.is_same_class === 1,
      eventAt: row.event_at,
      actual: row.actual ?? undefined,
    }))
  }

  #labelled(versions: PairVersions, afterEventTime: number) {
    return this.#pairs(versions)
      .innerJoin('label', 'label.prediction_id', 'shadow_pair.prediction_id')
      .where('label.is_positive', 'is not', null)
      .where('shadow_pair.event_at', '>=', afterEventTime)
  }

  #pairs({ endpoint, championVersion, challengerVersion }: PairVersions) {
    return this.#database
      .selectFrom('shadow_pair')
      .where('shadow_pair.endpoint', '=', endpoint)
      .where('shadow_pair.champion_version', '=', championVersion)
      .where('shadow_pair.challenger_version', '=', challengerVersion)
  }
}
