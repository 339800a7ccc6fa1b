import { createRandom, DAY, id, iso, LONG_NAME, REPLAY_START } from './random.ts'

const COLUMNS = [
  'origin_mean_delay',
  'hour',
  'destination_mean_delay',
  'distance',
  'origin',
  'destination',
  'score',
  LONG_NAME,
]

export const monitorSpec = (name: string) => ({
  name,
  endpoint: name,
  window: '1d',
  drift: { falseAlarmRate: 0.05, minimumEffect: 0.1, minimumRows: 200 },
  performance: { metric: 'auc', minimum: 0.71, labelDelay: '2h', minimumLabels: 200 },
  consecutiveWindows: 3,
  actions: [
    {
      kind: 'retrain',
      pipeline: 'delays',
      cooldown: '10d',
      params: { trainUntil: { alertTime: { minus: '1d', as: 'date' } } },
    },
  ],
})

const drift = (column: string, i: number, day: number) => {
  const random = createRandom(day * 31 + i)
  const effect = Math.max(0, 0.03 + 0.04 * random() + (i < 2 && day > 30 ? (day - 30) * 0.018 : 0))
  return {
    column,
    role: column === 'score' ? 'prediction' : 'input',
    test: i % 2 ? 'chi-square' : 'kolmogorov-smirnov',
    statistic: effect,
    pValue: effect > 0.12 ? 1e-9 : 0.2,
    adjustedPValue: effect > 0.12 ? 7e-9 : 0.8,
    effect,
    psi: effect * 0.9,
    n: 1840,
    nullFraction: 0,
    unseenFraction: column === 'origin' ? 0.004 : 0,
    minimumEffect: 0.1,
    isDrifted: effect > 0.12,
  }
}

export function window(day: number, name = 'delays') {
  const random = createRandom(day + 1)
  const isGap = day === 12 || day === 13
  const value = 0.744 + 0.008 * (random() - 0.5) - (day > 28 ? (day - 28) * 0.0026 : 0)
  const coverage = day > 43 ? 0.3 : day > 41 ? 0.7 : 0.97
  return {
    monitor: name,
    endpoint: name,
    version: day > 40 ? 3 : 2,
    from: iso(REPLAY_START + day * DAY),
    until: iso(REPLAY_START + (day + 1) * DAY),
    predictionCount: isGap ? 40 : 1840,
    status: isGap ? 'too-few-rows' : day > 34 ? 'attention' : 'well',
    drift: isGap ? [] : COLUMNS.map((column, i) => drift(column, i, day)),
    performance: {
      metric: 'auc',
      ...(!isGap &&
        day < 44 && {
          estimate: { value, n: 1700, interval: { lower: value - 0.016, upper: value + 0.016, confidence: 0.95 } },
        }),
      minimum: 0.71,
      labelCount: Math.round(1840 * coverage),
      labelCoverage: isGap ? 0.02 : coverage,
      isBelow: value < 0.71,
      isFinal: day < 42,
    },
    evaluatedAt: iso(Date.now()),
  }
}

export const monitor = (name: string, days: number) => ({
  spec: monitorSpec(name),
  ...(days > 0 && { lastWindow: window(days - 1, name), evaluatedUntil: iso(REPLAY_START + days * DAY) }),
  windowCount: days,
  openAlertCount: days > 0 ? 2 : 0,
  createdAt: iso(Date.now() - 4 * DAY),
})

const bell = (center: number, width: number) => {
  const raw = Array.from({ length: 20 }, (_, i) => Math.exp(-((i - center) ** 2) / (2 * width ** 2)))
  const sum = raw.reduce((total, each) => total + each)
  return raw.map((each) => each / sum)
}

export const distributions = (day: number) =>
  COLUMNS.map((column, i) =>
    column === 'origin'
      ? {
          column,
          kind: 'categorical',
          labels: ['ATL', 'ORD', 'DFW', 'LAX', '(other)'],
          reference: [0.2, 0.18, 0.17, 0.1, 0.35],
          current: [0.19, 0.2, 0.17, 0.1, 0.34],
          drift: drift(column, i, day),
        }
      : {
          column,
          kind: 'numeric',
          edges: Array.from({ length: 19 }, (_, k) => k * 5 - 20),
          reference: bell(8, 3),
          current: bell(8 + (i < 2 ? 3 : 0.2), 3.2),
          drift: drift(column, i, day),
        },
  )

export const alert = (number: number, status: string) => ({
  id: id('alr', number),
  monitor: 'delays',
  endpoint: 'delays',
  version: 3,
  kind: number % 2 ? 'performance' : 'drift',
  status,
  title:
    number % 2
      ? 'delays: AUC 0.701, below 0.71 for three windows'
      : 'delays: origin_mean_delay drifted for three windows',
  ...(number % 2 ? { metric: 'auc' } : { column: 'origin_mean_delay' }),
  value: number % 2 ? 0.701 : 0.31,
  threshold: number % 2 ? 0.71 : 0.1,
  window: { from: iso(REPLAY_START + (38 - number) * DAY), until: iso(REPLAY_START + (39 - number) * DAY) },
  causes: [
    { column: 'origin_mean_delay', effect: 0.31, importance: 0.38, text: 'mean 4.2 → 10.3' },
    { column: 'hour', effect: 0.18, importance: 0.27, text: 'more rows between 15 and 19' },
  ],
  actions:
    number % 2
      ? [{ kind: 'retrain', pipeline: 'delays', runId: id('run', 0) }]
      : [{ kind: 'retrain', pipeline: 'delays', skippedBecause: 'within the cooldown of 10 d' }],
  openedAt: iso(Date.now() - number * 5_000_000),
  ...(status === 'closed' && { closedAt: iso(Date.now() - number * 1_000_000) }),
})

export const timeline = () => [
  {
    kind: 'data',
    title: 'flights@5',
    detail: '3,000,000 rows',
    at: iso(Date.now() - 80 * 90_000),
    link: { page: 'data', id: 'flights@5' },
  },
  ...Array.from({ length: 44 }, (_, day) => [
    {
      kind: 'label',
      title: `${1700 + day} labels`,
      detail: 'joined',
      at: iso(Date.now() - (44 - day) * 90_000),
      eventTime: iso(REPLAY_START + day * DAY),
    },
    ...(day === 1 || day === 20 || day === 40
      ? [
          {
            kind: 'deploy',
            title: `delays v${day === 1 ? 1 : day === 20 ? 2 : 3}`,
            detail: 'took over',
            at: iso(Date.now() - (44 - day) * 90_000),
            eventTime: iso(REPLAY_START + day * DAY),
            link: { page: 'endpoints', id: 'delays' },
          },
        ]
      : []),
    ...(day === 19 || day === 38
      ? [
          {
            kind: 'alert',
            title: 'AUC below 0.71',
            detail: 'three windows',
            at: iso(Date.now() - (44 - day) * 90_000),
            eventTime: iso(REPLAY_START + day * DAY),
            link: { page: 'monitors', id: 'delays' },
          },
          {
            kind: 'run',
            title: `delays #${9990 + day}`,
            detail: 'retraining',
            at: iso(Date.now() - (44 - day) * 90_000),
            eventTime: iso(REPLAY_START + day * DAY),
            link: { page: 'runs', id: id('run', 0) },
          },
        ]
      : []),
  ]).flat(),
]

export const demo = (active: ReadonlySet<string>) => ({
  title: 'The loop on three million flights',
  chapters: [
    ['ingest', 'Ingest', 'done', 1, '3,000,000 rows, 17 quarantined'],
    ['features', 'Features', 'done', 1, '7 features, two with history'],
    ['pipeline', 'Train and check', 'done', 1, 'v1: AUC 0.721 (0.716 to 0.726), 9 of 9 checks'],
    ['control', 'Control', 'done', 1, '20,000 rows in random order, no alert'],
    ['replay', 'Replay April to June', 'running', 0.49, '14 May, 204 requests/s, 84,210 predictions'],
    ['loop', 'Close the loop', 'running', 0.2, 'v4 in shadow: 1,420 of 2,000 pairs'],
    ['summary', 'Summary', 'waiting', 0, ''],
  ].map(([name, title, status, progress, detail]) => ({ name, title, status, progress, detail })),
  actions: [
    ['distance', 'Distance × 100', 'Every distance arrives a hundred times too large.'],
    ['airport', 'An airport renamed', 'ATL arrives as XXX, which no model has seen.'],
    ['nulls', 'Nulls', 'A third of the mean delays are missing.'],
    ['labels', 'Labels flipped', 'Late becomes on time, and on time late.'],
  ].map(([name, label, description]) => ({ name, label, description, isActive: active.has(name ?? '') })),
  eventTime: iso(REPLAY_START + 44 * DAY),
})
