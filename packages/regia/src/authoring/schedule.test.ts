import { describe, expect, it } from 'vitest'
import {
  cron,
  notifier,
  notifyBy,
  onAlert,
  onAlias,
  onDataset,
  onWebhook,
  pipeline,
  schedule,
  smtp,
  step,
  webhook,
  z,
} from './index.ts'

const here = expect.stringMatching(/schedule\.test\.ts:\d+$/)
const train = step({ name: 'train', in: { until: z.string() }, out: {}, run: () => undefined })
const delays = pipeline('delays', { until: z.iso.date(), depth: z.number().default(3) }, (p) =>
  train({ until: p.until }),
)

const problem = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

describe('schedule', () => {
  it('takes every occasion', () => {
    expect(
      schedule({ name: 'n', pipeline: delays, when: cron('0 2 * * *'), params: { until: '{date}', depth: 4 } }).spec,
    ).toEqual({
      name: 'n',
      description: '',
      pipeline: 'delays',
      params: { until: '{date}', depth: 4 },
      when: { on: 'time', cron: '0 2 * * *', timezone: 'UTC', catchUp: 'latest' },
      overlap: 'skip',
    })
    const whens = [onDataset('flights'), onAlias('delays@champion'), onAlert('delays'), onWebhook()]
    const specs = whens.map(
      (when) => schedule({ name: 'n', pipeline: 'delays', when, overlap: 'queue', channel: 'prod' }).spec,
    )
    expect(specs.map(({ when }) => when)).toEqual([
      { on: 'dataset', dataset: 'flights' },
      { on: 'alias', model: 'delays', alias: 'champion' },
      { on: 'alert', monitor: 'delays' },
      { on: 'webhook' },
    ])
  })

  it('says with the line what is wrong', () => {
    const wrong = (more: object) => problem(() => schedule({ name: 'n', pipeline: delays, when: onWebhook(), ...more }))
    for (const [message, more] of [
      ['has 4 fields', { when: cron('2 * * *') }],
      ['no time zone "Rome"', { when: cron('0 2 * * *', { timezone: 'Rome' }) }],
      ['"dpeth"', { params: { dpeth: 3 } }],
      ['overlap', { overlap: 'wait' }],
    ] as const) {
      expect(wrong(more)).toMatchObject({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(message),
        where: here,
      })
    }
    expect(problem(() => onAlias('delays'))).toMatchObject({ code: 'CONFIG_INVALID', where: here })
  })
})

describe('notifier', () => {
  it('takes every way of telling', () => {
    const via = (way: Parameters<typeof notifier>[0]['via']) =>
      notifier({ name: 'n', events: ['run-failed'], pipelines: [delays, 'other'], via: way }).spec
    expect(via(webhook('https://example.org', { secret: { env: 'S' } }))).toEqual({
      name: 'n',
      events: ['run-failed'],
      pipelines: ['delays', 'other'],
      via: { kind: 'webhook', url: 'https://example.org', secret: { env: 'S' } },
    })
    expect(via(smtp({ host: 'mail', from: 'a@example.org', to: 'b@example.org' })).via).toMatchObject({
      port: 587,
      to: ['b@example.org'],
    })
    expect(via(notifyBy('pager', { team: 'ml' })).via).toEqual({
      kind: 'custom',
      type: 'pager',
      settings: { team: 'ml' },
    })
    expect(problem(() => notifier({ name: 'n', events: [], via: notifyBy('pager') }))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('events'),
      where: here,
    })
  })
})
