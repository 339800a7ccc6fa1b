import type { Answered } from './replay.ts'

/** Where our answer is another than the recorded one, on purpose. */
export type KnownDifference = {
  readonly titles: readonly string[]
  readonly why: string
  /** What we answer instead; the recorded status and code where absent, with another message. */
  readonly status?: number
  readonly code?: string
  /** Metrics that are left out of both, for what cannot be compared. */
  readonly metrics?: readonly string[]
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    titles: ['health'],
    why: 'Regia had its own health, in JSON, before it spoke this protocol; probes and clients look at the status.',
  },
  {
    titles: ['unknown path', 'wrong verb', 'unimplemented rpc', 'experiments/list (removed)'],
    why: 'The original answers with a page for people, which its client takes for this code.',
    status: 404,
    code: 'ENDPOINT_NOT_FOUND',
  },
  {
    titles: [
      'POST /experiments/create {"name": "e1"}',
      'POST /runs/create {}',
      'POST /experiments/update {"experiment_id": "1", "new_name": "Default"}',
    ],
    why: 'The original shows the SQL that failed.',
    status: 400,
  },
  {
    titles: ['experiment_id int'],
    why: 'A number in place of an id means that id, as in 3.6; 3.17 refuses it here and takes it in a search.',
    status: 200,
  },
  {
    titles: [
      'final run',
      'run with inputs and outputs',
      'POST /runs/search {"experiment_ids": ["1"], "max_results": 2, "order_by": ["metrics.h DESC", "start_time"]}',
    ],
    why: 'A fraction of a millisecond is cut off, and a bare NaN is kept as NaN; the original makes both 0.',
    metrics: ['f', 'raw'],
  },
  {
    titles: ['ORDER dup'],
    why: 'A fault of the caller; at the status 500 the client tries again for minutes.',
    status: 400,
    code: 'INVALID_PARAMETER_VALUE',
  },
  {
    titles: ['rename deleted'],
    why: 'A fault of the caller; at the status 500 the client tries again for minutes.',
    status: 400,
    code: 'INVALID_STATE',
  },
  {
    titles: ['create w/ deleted name'],
    why: 'The name of a deleted experiment can be used again.',
    status: 200,
  },
]

/** Filters and orders that are refused point at the place, in our own words. */
const isRefusedSearch = ({ title, recorded }: Answered): boolean =>
  recorded.status === 400 && (/^(FILTER|ORDER) /.test(title) || title.includes('"filter"'))

export const differenceOf = (answered: Answered): KnownDifference | undefined =>
  isRefusedSearch(answered)
    ? { titles: [], why: 'The message points at the token that is wrong.' }
    : KNOWN_DIFFERENCES.find(({ titles }) => titles.includes(answered.title))

/** Where 3.6 answered otherwise than 3.17, and we answer as the newer one does. */
export const OLDER_DIFFERENCES: readonly KnownDifference[] = [
  {
    titles: ['GET /experiments/get {"experiment_id": "abc"}', 'POST /runs/search {"experiment_ids": ["abc"]}'],
    why: 'A fault of the caller, told at the status 500.',
  },
  {
    titles: [
      'history',
      'GET /metrics/get-history {"run_id": "{run}", "metric_key": "nan"}',
      'GET /metrics/get-history {"run_id": "{run}", "metric_key": "inf"}',
    ],
    why: 'Without max_results no metric came, and a token that led to the same place.',
  },
  {
    titles: ['FILTER start_time > 0', 'ORDER tags.t DESC'],
    why: 'There the third run began at the same time as the first, here before it.',
  },
]
