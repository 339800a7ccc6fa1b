import type { Answered } from '../../testing/replay.ts'

/** Where our answer is another than the recorded one, on purpose. */
export type KnownDifference = {
  readonly titles: readonly string[]
  readonly why: string
  /** What we answer instead; the recorded status and code where absent. */
  readonly status?: number
  readonly code?: string
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    titles: ['POST /registered-models/create {"name": "a/b"}', 'POST /registered-models/create {"name": "a:b"}'],
    why: 'Names with "/" and ":" are taken, as by servers up to 3.6: models that have one can be brought along.',
    status: 200,
  },
  {
    titles: ['bad run'],
    why: 'A run that was tracked elsewhere may be named, as to servers up to 3.6; the folder is that of a run that is here.',
    status: 200,
  },
  {
    titles: ['the logged model knows its version'],
    why: 'Versions are texts there, as the client writes them.',
    status: 200,
  },
  {
    titles: ['GET /model-versions/get-download-uri {"name": "mod", "version": "2"}'],
    why: 'A source runs:/ is followed to where the files are.',
    status: 200,
  },
  {
    titles: [
      'POST /model-versions/transition-stage {"name": "mod", "version": "2", "stage": "None", "archive_existing_versions": true}',
    ],
    why: 'A fault of the caller; at the status 500 the client tries again for minutes.',
    status: 400,
    code: 'INVALID_PARAMETER_VALUE',
  },
  {
    titles: ["VERSIONS version_number = '2'"],
    why: 'A number stands without quotes; the message says so.',
    status: 400,
    code: 'INVALID_PARAMETER_VALUE',
  },
  {
    titles: ['VERSIONS version_number > 1.5'],
    why: 'Any number can be compared with.',
    status: 200,
  },
  {
    titles: ['no models at all'],
    why: 'A page of nothing leads to itself for ever.',
    status: 400,
    code: 'INVALID_PARAMETER_VALUE',
  },
  {
    titles: ['MODELS BY creation_timestamp'],
    why: 'Models may be ordered by when they were made.',
    status: 200,
  },
]

/** The same refusal in other words: filters and orders point at the place, and no SQL is shown. */
const isRefused = ({ recorded, ours }: Answered): boolean => recorded.status >= 400 && ours.status === recorded.status

export const knownDifference = (answered: Answered): KnownDifference | undefined =>
  KNOWN_DIFFERENCES.find(({ titles }) => titles.includes(answered.title)) ??
  (isRefused(answered) ? { titles: [], why: 'Told in our own words.' } : undefined)
