import { RegiaError } from '@regia/core'

/** One of the words that an option takes. @throws RegiaError `INVALID_INPUT` listing them. */
export function oneOf<Word extends string>(option: string, words: readonly Word[], given: string): Word {
  const found = words.find((word) => word === given)
  if (found !== undefined) return found
  throw new RegiaError('INVALID_INPUT', `"${given}" is no choice.`, {
    where: option,
    hint: `It takes one of: ${words.join(', ')}.`,
  })
}
