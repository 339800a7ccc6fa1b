import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { issueText } from './issue-text.ts'

const textOf = (schema: z.ZodType, value: unknown): string => {
  const [issue] = schema.safeParse(value).error?.issues ?? []
  return issue ? issueText(issue) : 'fits'
}
const scalar = z.union([z.string(), z.number(), z.boolean()])
const shape = z.union([
  z.strictObject({ answer: z.strictObject({ score: z.number() }) }),
  z.strictObject({ model: z.string(), afterMs: z.number() }),
])

describe('issueText', () => {
  it.each([
    ['a value of no kind', scalar, { a: 1 }, 'Invalid input: expected string, number or boolean, received object'],
    ['a list', scalar, [], 'Invalid input: expected string, number or boolean, received array'],
    ['nothing at all', scalar, undefined, 'Invalid input: expected string, number or boolean, received undefined'],
    [
      'kinds within kinds',
      z.union([scalar, z.null()]),
      {},
      'Invalid input: expected string, number, boolean or null, received object',
    ],
    [
      'names',
      z.union([z.enum(['a', 'b']), z.number()]),
      {},
      'Invalid input: expected "a", "b" or number, received object',
    ],
    [
      'the member that is meant',
      shape,
      { answer: { score: 'x' } },
      'answer.score: Invalid input: expected number, received string',
    ],
    [
      'the member that is nearest',
      shape,
      { model: 'x' },
      'afterMs: Invalid input: expected number, received undefined',
    ],
    [
      'what has members of one kind',
      z.union([z.string().min(3), z.array(z.number())]),
      'a',
      'Too small: expected string to have >=3 characters',
    ],
    ['what is no union', z.string(), 1, 'Invalid input: expected string, received number'],
    [
      'kinds told apart by a word',
      z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
      { kind: 'c' },
      "Invalid discriminator value. Expected 'a' | 'b'",
    ],
  ])('says what came and what is expected of %s', (_, schema, value, text) => {
    expect(textOf(schema, value)).toBe(text)
  })
})
