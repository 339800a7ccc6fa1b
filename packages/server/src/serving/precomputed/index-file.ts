import { RegiaError } from '@regia/core'
import type { Predictions } from '@regia/engine'
import SqliteDatabase from 'better-sqlite3'

/** What an index says about itself. */
export type IndexFacts = {
  /** Of a classifier, in the order of its probabilities. */
  readonly classes?: readonly string[]
  readonly keyCount: number
}

/** Scores by key, on the disk: one look-up reads a few pages, whatever the number of keys. */
export type ScoreIndex = {
  readonly facts: IndexFacts
  /** The scores of some keys, in their order; undefined unless all are there. */
  readonly find: (keys: readonly string[]) => Predictions | undefined
  readonly has: (key: string) => boolean
  readonly close: () => void
}

type ScoreRow = { readonly class: number; readonly score: number; readonly probabilities: Buffer | null }

/** The most of the file that SQLite keeps in memory, in KiB; the rest is the operating system's cache, which gives way to others. */
const CACHE_KIB = 4096

/** Opens an index that `buildIndex` made. */
export function openIndex(path: string): ScoreIndex {
  const database = new SqliteDatabase(path, { readonly: true, fileMustExist: true })
  database.pragma(`cache_size = -${CACHE_KIB}`)
  const facts = readFacts(database)
  const one = database.prepare<[string], ScoreRow>('select class, score, probabilities from scores where key = ?')
  return {
    facts,
    has: (key) => one.get(key) !== undefined,
    find: (keys) => {
      const rows = keys.map((key) => one.get(key))
      return rows.every((row) => row !== undefined) ? predictionsOf(rows, facts) : undefined
    },
    close: () => void database.close(),
  }
}

function predictionsOf(rows: readonly ScoreRow[], { classes }: IndexFacts): Predictions {
  const scores = Float32Array.from(rows, ({ score }) => score)
  if (!classes) return { rowCount: rows.length, scores }
  const probabilities = new Float32Array(rows.length * classes.length)
  for (const [i, row] of rows.entries()) {
    for (let k = 0; k < classes.length; k++)
      probabilities[i * classes.length + k] = row.probabilities?.readFloatLE(4 * k) ?? 0
  }
  return { rowCount: rows.length, scores, classes: Int32Array.from(rows, (row) => row.class), probabilities }
}

function readFacts(database: SqliteDatabase.Database): IndexFacts {
  const row = database.prepare<[], { readonly facts: string }>('select facts from facts').get()
  if (row) return JSON.parse(row.facts)
  throw new RegiaError('INTERNAL', 'An index of precomputed scores is not complete.', {
    hint: 'Remove it; it is built anew.',
  })
}
