import { createRandom, DAY, digest, iso, LONG_NAME } from './random.ts'

const AIRPORTS = ['ATL', 'ORD', 'DFW', 'LAX', 'PHX', 'STL', 'DTW', 'MSP', 'DEN', 'LAS', 'IAH', 'SFO']

const bell = (center: number, width: number, bins: number, total: number) =>
  Array.from({ length: bins }, (_, i) =>
    Math.round((total / bins) * 2 * Math.exp(-((i - center) ** 2) / (2 * width ** 2))),
  )

function numeric(
  name: string,
  type: string,
  low: number,
  high: number,
  shape: readonly number[],
  count: number,
  nullCount: number,
) {
  const step = (high - low) / shape.length
  const at = (q: number) => low + (high - low) * q
  return {
    name,
    type,
    count,
    nullCount,
    distinctCount: Math.min(count, 1200),
    minimum: low,
    maximum: high,
    mean: at(0.42),
    standardDeviation: (high - low) / 6,
    quantiles: [0.12, 0.3, 0.41, 0.55, 0.8].map(at),
    histogram: { edges: Array.from({ length: shape.length + 1 }, (_, i) => low + i * step), counts: shape },
  }
}

function categorical(name: string, values: readonly string[], count: number) {
  const topValues = values.map((value, i) => ({ value, count: Math.round(count / (i + 4)) }))
  return { name, type: 'string', count, nullCount: 0, distinctCount: 229, topValues }
}

export function profile(count: number, shift: number) {
  return {
    rowCount: count,
    columns: [
      numeric(
        'date',
        'timestamp',
        Date.parse('2001-01-01'),
        Date.parse('2001-06-30'),
        bell(15, 40, 30, count),
        count,
        0,
      ),
      numeric('delay', 'float', -54, 212, bell(7 + shift, 4, 30, count), count, 0),
      numeric('distance', 'int', 21, 4962, bell(6, 5, 30, count), count, 0),
      categorical('origin', AIRPORTS, count),
      categorical('destination', [...AIRPORTS].reverse(), count),
      numeric('origin_mean_delay', 'float', -30, 90, bell(9 + shift, 4, 30, count), count, Math.round(count * 0.013)),
      {
        name: 'late',
        type: 'bool',
        count,
        nullCount: 0,
        distinctCount: 2,
        topValues: [
          { value: 'false', count: Math.round(count * 0.8) },
          { value: 'true', count: Math.round(count * 0.2) },
        ],
      },
      numeric(LONG_NAME, 'float', 0, 1, bell(12, 6, 30, count), count, Math.round(count * 0.4)),
    ],
  }
}

export function datasetVersion(name: string, version: number, runId?: string) {
  const rows = name === 'flights' ? 3_000_000 - (5 - version) * 20_000 : 344
  const bad = version === 1 ? 0 : 17 * version
  return {
    dataset: name,
    version,
    digest: digest(`${name}${version}`),
    sourceDigest: digest(`${name}${version}-source`),
    sourceName: `${name}-3m.parquet`,
    columns: profile(rows, 0).columns.map((column) => ({ name: column.name, type: column.type })),
    ...(version > 1 && {
      schema: {
        columns: [
          { name: 'date', type: 'timestamp', nullable: false },
          {
            name: 'delay',
            type: 'float',
            nullable: false,
            minimum: -1500,
            maximum: 3000,
            description: 'Arrival delay in minutes',
          },
          { name: 'distance', type: 'int', nullable: false, minimum: 0, maximum: 6000 },
          { name: 'origin', type: 'string', nullable: false, pattern: '^[A-Z]{3}$' },
          { name: 'destination', type: 'string', nullable: false, oneOf: AIRPORTS },
        ],
        strict: false,
      },
    }),
    rowCount: rows,
    validRowCount: rows - bad,
    quarantinedRowCount: bad,
    quarantineReasons:
      bad > 0
        ? [
            { reason: 'distance is under 0', rowCount: bad - 5 },
            { reason: 'origin is null', rowCount: 5 },
          ]
        : [],
    profile: profile(rows, version % 3),
    sizeBytes: 31_400_000 + version * 1e5,
    createdAt: iso(Date.now() - (6 - version) * 3 * DAY),
    ...(runId && { runId }),
  }
}

export const dataset = (name: string, latest: number) => ({
  name,
  description: name === 'flights' ? 'US flights, January to June 2001' : 'A small table to begin with',
  latestVersion: latest,
  versionCount: latest,
  rowCount: name === 'flights' ? 3_000_000 : 344,
  sizeBytes: 31_900_000,
  createdAt: iso(Date.now() - 30 * DAY),
  updatedAt: iso(Date.now() - DAY / 3),
})

export function dataRow(index: number, isQuarantined: boolean) {
  const random = createRandom(index + 1)
  const pick = () => AIRPORTS[Math.floor(random() * AIRPORTS.length)]
  return {
    date: iso(Date.parse('2001-01-01') + index * 61_000),
    delay: Math.round(random() * 60 - 15),
    distance: isQuarantined ? -4 : Math.round(random() * 2400 + 80),
    origin: isQuarantined && index % 4 === 0 ? null : pick(),
    destination: pick(),
    origin_mean_delay: random() < 0.05 ? null : random() * 20 - 4,
    late: random() < 0.2,
    [LONG_NAME]: random(),
    ...(isQuarantined && { _reason: index % 4 === 0 ? 'origin is null' : 'distance is under 0' }),
  }
}
