import { type Demo, type Row, toIso } from '@regia/core'
import { createClient, type RegiaClient } from '@regia/sdk'
import { penguinsProject, regiaJson, regiaUp } from '../integration/regia-command.ts'
import { runShapes } from './shapes-project.ts'

const HOUR = 3_600_000
const ROWS_A_WINDOW = 120
const WINDOWS = 6

/** The penguins project in production, with something for every page to show: two versions, traffic, labels, an alert, a demo. */
export async function startPenguins(): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> {
  const project = await penguinsProject()
  const place = { cwd: project.dir }
  await regiaJson(place, 'data', 'add', 'penguins.csv', '--name', 'penguins', '--schema', 'penguins.schema.json')
  const server = await regiaUp(place)
  const stop = async () => {
    await server.stop()
    await project.remove()
  }
  try {
    await regiaJson(place, 'run', 'penguins')
    await regiaJson(place, 'apply')
    await regiaJson(place, 'run', 'penguins', '--param', 'trees=12')
    await regiaJson(
      place,
      'models',
      'promote',
      'penguins@2',
      '--reason',
      'the pages are to have something to roll back',
    )
    const api = createClient({ url: server.url })
    await letItDrift(api)
    await api.demo.set(DEMO)
    await runShapes(place)
    await addSchedules(api)
    await api.scoringJobs.create({
      model: 'penguins@champion',
      input: { dataset: 'penguins' },
      output: { dataset: 'scored' },
    })
    return { url: server.url, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Something for each page of what happens by itself. */
async function addSchedules(api: RegiaClient): Promise<void> {
  await api.pipelines.moveChannel('penguins', 'prod', { version: 1, reason: 'the first one that works' })
  await api.schedules.apply({
    name: 'nightly',
    description: 'Every night.',
    pipeline: 'penguins',
    channel: 'prod',
    params: {},
    when: { on: 'time', cron: '0 2 * * *', timezone: 'Europe/Paris', catchUp: 'latest' },
    overlap: 'skip',
  })
  await api.backfills.start({
    pipeline: 'penguins',
    over: { kind: 'values', param: 'trees', values: [3, 4] },
    params: {},
    concurrency: 1,
  })
  await api.notifiers.apply({
    name: 'ops',
    events: ['run-failed', 'approval-wanted'],
    pipelines: [],
    via: { kind: 'webhook', url: 'http://127.0.0.1:9/nobody-listens' },
  })
}

/** Hours of traffic with labels; in the last ones the flippers come in another unit, which a monitor must notice. */
async function letItDrift(api: RegiaClient): Promise<void> {
  await api.monitors.apply({
    name: 'penguins-hourly',
    endpoint: 'penguins',
    window: '1h',
    drift: { falseAlarmRate: 0.05, minimumEffect: 0.1, minimumRows: 50 },
    performance: { metric: 'accuracy', minimum: 0.8, labelDelay: '1m', minimumLabels: 50 },
    consecutiveWindows: 1,
    actions: [],
  })
  const { items } = await api.datasets.rows('penguins', 1, { limit: 342 })
  const start = Math.floor(Date.now() / HOUR) * HOUR - WINDOWS * HOUR
  for (let window = 0; window < WINDOWS; window++) {
    const rows = items.filter((_, i) => i % 342 >= 0).slice(0, 342)
    const drawn = Array.from({ length: ROWS_A_WINDOW }, (_, i) => rows[(i * 17 + window * 5) % rows.length] ?? {})
    await predictAndLabel(api, drawn, start + window * HOUR + HOUR / 2, window >= WINDOWS - 2)
  }
  await predictAndLabel(api, items.slice(0, 1), start + WINDOWS * HOUR + HOUR / 4, false)
  await api.monitors.evaluate('penguins-hourly')
}

async function predictAndLabel(api: RegiaClient, rows: readonly Row[], at: number, isBroken: boolean): Promise<void> {
  const sent = rows.map(({ species: _, ...row }) => ({
    ...row,
    ...(isBroken && { flipper_length_mm: Number(row.flipper_length_mm) / 10 }),
  }))
  const { predictions } = await api.endpoints.predict('penguins', { rows: sent, at: toIso(at) })
  const labels = predictions.map(({ id }, i) => ({
    predictionId: id,
    label: String(rows[i]?.species),
    at: toIso(at + 120_000),
  }))
  await api.labels.push({ labels })
}

const DEMO: Demo = {
  title: 'Penguins, told',
  chapters: [
    { name: 'train', title: 'Train', status: 'done', progress: 1, detail: 'two versions' },
    { name: 'replay', title: 'Replay', status: 'running', progress: 0.4, detail: 'five hours of penguins' },
  ],
  actions: [
    {
      name: 'flippers',
      label: 'Flippers in centimetres',
      description: 'Every flipper is ten times too short.',
      isActive: false,
    },
  ],
}
