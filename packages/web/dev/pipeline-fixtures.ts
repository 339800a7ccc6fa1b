import { DAY, digest, id, iso } from './random.ts'
import { runSummary } from './run-fixtures.ts'

const hour = (count: number) => iso(Date.now() + count * 3_600_000)

export const channels = (pipeline: string) => [
  { pipeline, channel: 'prod', version: 2, movedAt: hour(-30), by: 'anna' },
  { pipeline, channel: 'staging', version: 3, movedAt: hour(-2), by: 'regia deploy' },
]

export const moves = (pipeline: string) => [
  { pipeline, channel: 'staging', fromVersion: 2, toVersion: 3, by: 'regia deploy', at: hour(-2) },
  {
    pipeline,
    channel: 'prod',
    fromVersion: 1,
    toVersion: 2,
    by: 'anna',
    reason: 'checks passed on staging',
    at: hour(-30),
  },
]

export const diff = (pipeline: string, before: number, after: number) => ({
  pipeline,
  before,
  after,
  added: ['keep'],
  removed: ['old-features'],
  changed: [
    {
      step: 'train',
      changes: [
        { what: 'retries', before: '0', after: '2' },
        { what: 'code src/grow.ts', before: digest('grow-old'), after: digest('grow.ts') },
      ],
    },
    { step: 'features', changes: [{ what: 'input "rows"', before: 'split.all', after: 'split.train' }] },
  ],
  settings: [{ what: 'param trees', before: '[200]', after: '[120,200]' }],
  bundles: { before: digest('bundle1'), after: digest('bundle2') },
})

export const catalog = [
  {
    name: 'airports',
    entry: { kind: 'table', path: 'data/airports.csv', format: 'csv' },
    state: 'there',
    sizeBytes: 240_000,
    rowCount: 3_411,
    changedAt: hour(-400),
    readBy: ['features'],
    savedBy: [],
  },
  {
    name: 'flights',
    entry: { kind: 'dataset', dataset: 'flights' },
    state: 'there',
    version: 5,
    rowCount: 1_264_331,
    changedAt: hour(-20),
    readBy: ['split'],
    savedBy: [],
  },
  {
    name: 'delay-features',
    entry: { kind: 'table', path: 'data/features.parquet', format: 'parquet' },
    state: 'missing',
    problem: 'There is no file "data/features.parquet" yet.',
    readBy: [],
    savedBy: ['keep'],
  },
]

const base = { pipeline: 'delays', params: {}, overlap: 'skip', isPaused: false, createdAt: hour(-900) }
export const schedules = [
  {
    ...base,
    name: 'nightly',
    description: 'Every night, on what came in that day.',
    channel: 'prod',
    when: { on: 'time', cron: '0 2 * * *', timezone: 'Europe/Paris', catchUp: 'latest' },
    params: { until: '{date}' },
    nextAt: hour(7),
    lastFiring: firing(0),
  },
  { ...base, name: 'on-new-flights', when: { on: 'dataset', dataset: 'flights' }, lastFiring: firing(3) },
  {
    ...base,
    name: 'from-outside-with-a-rather-long-name-that-somebody-chose',
    when: { on: 'webhook' },
    isPaused: true,
    webhookPath: '/api/v1/hooks/from-outside',
  },
]

export function firing(i: number) {
  const outcome = (['started', 'started', 'skipped', 'failed'] as const)[i % 4]
  return {
    at: hour(-i * 24 - 5),
    firedAt: hour(-i * 24 - 4.99),
    outcome,
    ...(outcome === 'started' && { runId: id('run', i) }),
    reason:
      outcome === 'skipped'
        ? 'The run before it goes on.'
        : outcome === 'failed'
          ? 'There is no version.'
          : 'Its time.',
  }
}

const spec = {
  pipeline: 'delays',
  over: { kind: 'time', from: '2001-01-01', until: '2001-03-01', every: 'day', fromParam: 'trainUntil' },
  params: {},
  concurrency: 4,
}
export const backfills = [
  { id: id('bkf', 1), spec, status: 'running', total: 59, succeeded: 31, failed: 2, createdAt: hour(-1) },
  {
    id: id('bkf', 2),
    spec: { ...spec, over: { kind: 'values', param: 'trees', values: [10, 20, 30] } },
    status: 'failed',
    total: 3,
    succeeded: 2,
    failed: 1,
    createdAt: hour(-50),
    finishedAt: hour(-49),
  },
]

export function backfillItem(index: number) {
  const status = index < 31 ? 'succeeded' : index < 33 ? 'failed' : index < 37 ? 'running' : 'waiting'
  return {
    index,
    params: { trainUntil: iso(Date.parse('2001-01-01') + index * DAY).slice(0, 10) },
    status,
    ...(status !== 'waiting' && { run: runSummary(index) }),
  }
}

export const notification = (i: number) => ({
  id: i,
  notifier: 'ops',
  event: i % 3 === 0 ? 'run-failed' : 'approval-wanted',
  title: i % 3 === 0 ? 'delays #9997 failed at train' : 'delays #9999 asks: Release this model to all airports?',
  text: 'more',
  path: '/runs/run_0000000000000003',
  at: hour(-i),
  status: i % 4 === 3 ? 'failed' : 'sent',
  attempts: i % 4 === 3 ? 5 : 1,
  ...(i % 4 === 3 && { error: 'hooks.slack.example answered 503' }),
})

export const notifiers = [
  {
    name: 'ops',
    events: ['run-failed', 'run-recovered', 'approval-wanted'],
    pipelines: [],
    via: { kind: 'slack', url: { env: 'SLACK_URL' } },
    last: notification(0),
  },
  {
    name: 'data-team',
    events: ['run-succeeded'],
    pipelines: ['delays'],
    via: {
      kind: 'smtp',
      host: 'mail.example',
      port: 587,
      isSecure: false,
      from: 'r@example.com',
      to: ['data@example.com'],
    },
  },
]

export const lineage = (kind: string, ref: string) => ({
  root: { kind, ref, label: ref },
  nodes: [
    { kind: 'dataset', ref: 'flights@5', label: 'flights@5' },
    { kind: 'run', ref: id('run', 1), label: 'delays #9999' },
    { kind: 'model', ref: 'delays@3', label: 'delays v3' },
    { kind: 'endpoint', ref: 'delays', label: 'endpoint delays' },
  ],
  edges: [
    { from: 'dataset flights@5', to: `run ${id('run', 1)}` },
    { from: `run ${id('run', 1)}`, to: `${kind} ${ref}` },
    { from: `${kind} ${ref}`, to: 'model delays@3' },
    { from: 'model delays@3', to: 'endpoint delays' },
  ],
  isCut: false,
})

export const CONTENT: Readonly<Record<string, readonly [string, string]>> = {
  report: [
    'text/markdown',
    '# Baselines\n\nThe **majority** class is *on time*. <script>alert(1)</script>\n\n| model | auc |\n|---|---:|\n| majority | 0.5 |\n| one tree | 0.61 |\n\n- [docs](https://example.com)\n- [bad](javascript:alert(1))\n\n```\na < b && c\n```\n',
  ],
  page: ['text/html', '<h1>A report</h1><p>in its own frame</p><script>document.title = "broken out"</script>'],
  figure: [
    'image/svg+xml',
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 80"><path d="M0 70 40 50 80 55 120 20 200 10" fill="none" stroke="#2f6fe4" stroke-width="3"/></svg>',
  ],
  executed: [
    'application/x-ipynb+json',
    JSON.stringify({
      cells: [
        { cell_type: 'markdown', source: '## How late are flights?' },
        {
          cell_type: 'code',
          execution_count: 1,
          source: ['rows = load()\n', 'rows.late.mean()'],
          outputs: [{ output_type: 'execute_result', data: { 'text/plain': '0.1874', 'text/html': '<b>no</b>' } }],
        },
        {
          cell_type: 'code',
          execution_count: 2,
          source: 'rows.nothing',
          outputs: [
            {
              output_type: 'error',
              ename: 'AttributeError',
              evalue: 'nothing',
              traceback: ['AttributeError: nothing'],
            },
          ],
        },
      ],
    }),
  ],
}

export const files = [
  { path: 'by-hour.svg', digest: digest('f1'), sizeBytes: 14_200 },
  { path: 'origins/ATL.txt', digest: digest('f2'), sizeBytes: 900 },
  { path: 'origins/JFK.txt', digest: digest('f3'), sizeBytes: 1_200 },
]
