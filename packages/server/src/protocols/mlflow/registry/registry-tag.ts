import { assertKey, assertLength } from '../tracking/keys.ts'
import { invalidParameter } from '../wire/index.ts'
import { PROMPT_TEXT } from './prompt-tags.ts'

const MAX_VALUE = 100_000

/** @throws MlflowError for a key that the protocol does not take. */
export function assertTagKey(key: string): void {
  assertKey(key, () => 'key')
  assertLength('key', key)
}

/** Texts of prompts are values, hence so long. @throws MlflowError for one that is too long. */
export function assertTagValue(key: string, value: string): void {
  if (key !== PROMPT_TEXT) assertLength('value', value, MAX_VALUE)
  if (value.length > MAX_VALUE) throw invalidParameter(`Prompt text exceeds max length of ${MAX_VALUE} characters.`)
}
