import { expect, it } from 'vitest'
import { createStyle } from '../terminal.ts'
import { narrateExchange } from './narrate-exchange.ts'

it('says after every hundred runs how much has come', () => {
  const lines: string[] = []
  const { say, counted } = narrateExchange({ line: (text = '') => lines.push(text), style: createStyle(false) })
  say('experiment "late"')
  for (let runs = 1; runs <= 250; runs++) counted({ runs, points: runs * 20, files: 1 })
  const runs = { found: 300, imported: 200, skipped: 100 }
  counted({ runs, points: { found: 0, imported: 4000, skipped: 0 }, files: { ...runs, bytes: 1, elsewhere: 0 } })
  expect(lines).toEqual([
    'experiment "late"',
    '  100 runs, 2,000 metric points, 1 file so far',
    '  200 runs, 4,000 metric points, 1 file so far',
    '  300 runs, 4,000 metric points, 300 files so far',
  ])
})
