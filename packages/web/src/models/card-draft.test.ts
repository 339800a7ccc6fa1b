import { describe, expect, it } from 'vitest'
import { cardOf, draftOf } from './card-draft.ts'

describe('a card that is written', () => {
  it('comes back as it was', () => {
    const text = { purpose: 'Says who calls.', errorCosts: [{ error: 'a false alarm', cost: '3 €' }] }
    expect(cardOf(draftOf(text))).toEqual(text)
  })

  it('keeps nothing that is empty or half written', () => {
    const draft = draftOf({ owner: '  ' })
    const errorCosts = [
      { id: 1, error: 'a false alarm', cost: '' },
      { id: 2, error: ' a miss ', cost: ' 90 € ' },
    ]
    expect(cardOf({ ...draft, limits: ' Not for children. ', errorCosts })).toEqual({
      limits: 'Not for children.',
      errorCosts: [{ error: 'a miss', cost: '90 €' }],
    })
  })
})
