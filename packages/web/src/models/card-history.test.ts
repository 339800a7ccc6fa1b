import type { CardEdit } from '@regia/core'
import { describe, expect, it } from 'vitest'
import { cardChanges, unwritten } from './card-history.ts'

const edit = (day: number, text: CardEdit['text'], version?: number): CardEdit => ({
  model: 'late',
  ...(version !== undefined && { version }),
  text,
  by: 'ada',
  at: `2026-03-0${day}T00:00:00.000Z`,
})

describe('cardChanges', () => {
  it('tells what each edit changed of its own card, the newest first', () => {
    const costs = [{ error: 'missed', cost: '12 €' }]
    const ofVersion = [edit(4, { purpose: 'a', errorCosts: costs }, 2), edit(2, { purpose: 'a' }, 2)]
    const ofModel = [edit(3, {}), edit(1, { owner: 'ops' })]
    expect(cardChanges(ofVersion, ofModel).map(({ at, changed }) => [at.slice(8, 10), ...changed])).toEqual([
      ['04', 'What errors cost'],
      ['03', 'Owner'],
      ['02', 'Purpose'],
      ['01', 'Owner'],
    ])
  })
})

describe('unwritten', () => {
  it('names what nobody has written', () => {
    expect(unwritten({ purpose: 'x', errorCosts: [], limits: 'y' })).toEqual([
      'Business objective',
      'Owner',
      'What errors cost',
      'Data',
      'Checks',
      'Licence',
      'Licence of the data',
    ])
  })
})
