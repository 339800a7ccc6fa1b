import { expect, it } from 'vitest'
import { split } from '../steps/split.ts'

it('puts every fourth customer aside, and loses none', async () => {
  const rows = Array.from({ length: 100 }, (_, months) => ({ months }))
  const { train, test } = await split.run({ rows, share: 0.25 })
  expect([train.rowCount, test.rowCount]).toEqual([75, 25])
})
