import { createRandom, DAY, digest, id, iso, REPLAY_START } from './random.ts'

const interval = (value: number, half: number) => ({ lower: value - half, upper: value + half, confidence: 0.95 })
const estimate = (value: number, half = 0.006, n = 126_431) => ({ value, n, interval: interval(value, half) })
const INPUTS = [
  ['date', 'timestamp', '2001-04-12T14:05:00.000Z'],
  ['distance', 'int', 1189],
  ['origin', 'string', 'ATL'],
  ['destination', 'string', 'ORD'],
  ['origin_mean_delay', 'float', 11.4],
  ['destination_mean_delay', 'float', 6.2],
] as const
const IMPORTANCE = {
  origin_mean_delay: 0.38,
  hour: 0.27,
  destination_mean_delay: 0.17,
  distance: 0.09,
  origin: 0.06,
  destination: 0.03,
}

const curve = (power: number) => Array.from({ length: 41 }, (_, i) => [i / 40, (i / 40) ** power])

export function report(version: number, passed = true) {
  const auc = 0.718 + version * 0.003
  return {
    name: 'delay-checks',
    passed,
    checks: [
      {
        kind: 'classes',
        name: 'predicts more than one class',
        status: 'passed',
        message: '2 classes among 126,431 predictions',
        n: 126_431,
      },
      {
        kind: 'auc',
        name: 'AUC beats the baselines',
        status: passed ? 'passed' : 'failed',
        message: `AUC ${auc.toFixed(3)} (95 % interval ${(auc - 0.005).toFixed(3)} to ${(auc + 0.005).toFixed(3)}) against 0.500 of the majority; at least 0.005 more was asked`,
        value: auc,
        threshold: 0.505,
      },
      {
        kind: 'precision',
        name: 'precision of "late"',
        status: 'passed',
        message: '0.612 (at least 0.602 with 95 % confidence); at least 0.55 was asked',
        value: 0.612,
      },
      {
        kind: 'invariance',
        name: 'invariant to destination',
        status: 'skipped',
        message: 'needs at least 200 rows a value',
      },
      {
        kind: 'calibration',
        name: 'calibrated',
        status: 'passed',
        message: 'expected calibration error 0.012; at most 0.03 was asked',
      },
      {
        kind: 'parity',
        name: 'graph equals training code',
        status: 'passed',
        message: 'largest difference 3.1e-7 on 126,431 rows',
      },
    ],
    metrics: {
      auc: estimate(auc, 0.005),
      precision: estimate(0.612, 0.01),
      recall: estimate(0.31, 0.008),
      logloss: estimate(0.432, 0.003),
    },
    baselines: {
      majority: { auc: estimate(0.5, 0) },
      'stratified random': { auc: estimate(0.501, 0.005) },
      ...(version > 1 && { previous: { auc: estimate(auc - 0.004, 0.005) } }),
    },
    curves: {
      roc: curve(0.38),
      precisionRecall: Array.from({ length: 41 }, (_, i) => [i / 40, 0.2 + 0.6 * (1 - i / 40) ** 1.4]),
      calibration: Array.from({ length: 10 }, (_, i) => [0.05 + i * 0.09, 0.045 + i * 0.091]),
    },
    confusion: {
      labels: ['on time', 'late'],
      counts: [
        [96_412, 4_210],
        [17_640, 8_169],
      ],
    },
    slices: ['ORD', 'LGA', 'SFO', 'BOS', 'ATL', 'EWR', 'PHL', 'SEA'].map((value, i) => ({
      column: 'origin',
      value,
      metric: 'auc',
      estimate: estimate(0.66 + i * 0.009, 0.02, 3000 + i * 410),
    })),
    parity: { maxError: 3.1e-7, rowCount: 126_431 },
    rowCount: 126_431,
    createdAt: iso(Date.now() - DAY),
  }
}

export const modelVersion = (model: string, version: number, aliases: readonly string[]) => ({
  model,
  version,
  packaging: { status: 'packaged' },
  description: '',
  tags: {},
  stage: 'None',
  packageDigest: digest(`${model}${version}`),
  package: {
    format: 1,
    graph: digest(`${model}${version}-graph`),
    graphSizeBytes: 412_000 + version * 9000,
    signature: {
      inputs: INPUTS.map(([name, type]) => ({ name, type, nullable: type === 'float' })),
      task: 'binary',
      target: 'late',
      classes: ['false', 'true'],
      positive: 'true',
    },
    example: {
      rows: [Object.fromEntries(INPUTS.map(([name, , value]) => [name, value]))],
      probabilities: [[0.71, 0.29]],
    },
    parity: { maxError: 3.1e-7, rowCount: 126_431 },
    metrics: { auc: 0.72 },
    trainedOn: { from: '2001-01-01T00:00:00.000Z', until: '2001-03-20T00:00:00.000Z' },
    learner: { name: 'gradientBoosting', params: { trees: 200 } },
    featureImportance: Object.entries(IMPORTANCE).map(([feature, importance]) => ({ feature, importance })),
  },
  aliases,
  report: report(version),
  lineage: {
    runId: id('run', 1),
    pipeline: { name: 'delays', version: 3 },
    datasets: [{ name: 'flights', version: 5 }],
    codeDigest: digest('code'),
    params: {},
    artifacts: {},
  },
  createdAt: iso(Date.now() - (5 - version) * DAY),
  updatedAt: iso(Date.now() - (5 - version) * DAY),
})

export const comparison = {
  championVersion: 3,
  challengerVersion: 4,
  startedAt: iso(Date.now() - 3_600_000),
  pairCount: 18_402,
  labelledPairCount: 1_420,
  agreement: 0.974,
  meanAbsoluteDifference: 0.021,
  championAuc: 0.731,
  challengerAuc: 0.739,
  difference: 0.008,
  interval: interval(0.008, 0.009),
  rule: { minimumDifference: -0.002, confidence: 0.95, minimumPairs: 2000, maximumPairs: 20_000, automatic: false },
  verdict: 'waiting',
  reason: '1,420 of at least 2,000 labelled pairs',
}

const traffic = (version: number, role: string, rate: number) => ({
  version,
  role,
  requestCount: Math.round(rate * 60),
  predictionCount: Math.round(rate * 60),
  errorCount: 0,
  requestsPerSecond: rate,
  p50Ms: 0.41,
  p95Ms: 1.3,
  p99Ms: 3.1,
})

export const trafficPoints = (minutes: number) => {
  const count = Math.min(180, minutes)
  const random = createRandom(9)
  return Array.from({ length: count }, (_, i) => ({
    at: iso(Date.now() - (count - i) * ((minutes * 60_000) / count)),
    versions:
      i > count * 0.3 && i < count * 0.36
        ? []
        : [
            { ...traffic(3, 'stable', 180 + 40 * Math.sin(i / 8) + 20 * random()), p99Ms: 2.6 + random() * 1.4 },
            traffic(4, 'shadow', 180),
          ],
  }))
}

export const endpoint = (name: string, isBusy: boolean) => ({
  spec: {
    name,
    stable: 'delays@champion',
    ...(isBusy && { shadow: { model: 'delays@challenger', rule: comparison.rule } }),
    description: '',
  },
  deployments: [
    { model: 'delays', version: isBusy ? 3 : 1, role: 'stable', state: 'ready', since: iso(Date.now() - DAY) },
    ...(isBusy
      ? [
          { model: 'delays', version: 4, role: 'shadow', state: 'ready', since: iso(Date.now() - 3_600_000) },
          { model: 'delays', version: 2, role: 'previous', state: 'ready', since: iso(Date.now() - 4 * DAY) },
        ]
      : []),
  ],
  ...(isBusy && { rollbackVersion: 2, comparison }),
  traffic: isBusy ? [traffic(3, 'stable', 204.3), traffic(4, 'shadow', 204.3)] : [],
  predictionCount: isBusy ? 84_210 : 0,
  labelCount: isBusy ? 68_190 : 0,
  errorCount: 0,
  ...(isBusy && { watermark: iso(REPLAY_START + 44.6 * DAY) }),
  createdAt: iso(Date.now() - 4 * DAY),
})

export const decisions = ['refused', 'promoted', 'shadow-started', 'rolled-back', 'deployed', 'created'].map(
  (kind, i) => ({
    id: id('dec', i),
    endpoint: 'delays',
    kind,
    ...(i < 4 && { fromVersion: 2 }),
    toVersion: i < 3 ? 3 : 2,
    by: i === 3 ? 'anna' : 'regia',
    reason: [
      'The lower bound −0.009 is under −0.002 after 20,000 pairs.',
      'AUC +0.008 (0.004 to 0.012) on 14,210 labelled pairs: the lower bound is above −0.002.',
      'Retraining run delays #9,998 passed 9 of 9 checks.',
      'Distance looked wrong in v3.',
      'The alias champion moved to v2.',
      'Applied by anna.',
    ][i],
    ...(i < 2 && { comparison: { ...comparison, difference: i ? 0.008 : -0.003 } }),
    eventTime: iso(REPLAY_START + (40 - i * 7) * DAY),
    at: iso(Date.now() - i * 4_000_000),
  }),
)

export const prediction = (index: number) => ({
  id: `delays-${index}`,
  endpoint: 'delays',
  model: 'delays',
  version: 3,
  row: Object.fromEntries(INPUTS.map(([name, , value]) => [name, value])),
  score: createRandom(index + 1)() * 0.6,
  label: 'false',
  at: iso(REPLAY_START + 44 * DAY - index * 60_000),
  loggedAt: iso(Date.now() - index * 700),
  latencyMs: 0.9,
  ...(index > 4 && { actual: index % 5 ? 'false' : 'true' }),
  shadow: { version: 4, score: 0.27 },
})
