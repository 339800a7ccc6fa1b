import type { ErrorCode, RegiaError } from '@regia/core'
import { doesNotExist, invalidParameter, MlflowError, rephrase } from '../wire/index.ts'

type Words = Partial<Record<ErrorCode, (error: RegiaError) => MlflowError>>

/** Refusals of a model in the protocol's words. */
export const ofModel = <T>(name: string, work: Promise<T>, words: Words = {}): Promise<T> =>
  rephrase(work, { NOT_FOUND: () => doesNotExist(`Registered Model with name=${name} not found`), ...words })

/** Refusals of a version in the protocol's words. */
export const ofVersion = <T>(name: string, version: number, work: Promise<T>): Promise<T> =>
  rephrase(work, {
    NOT_FOUND: () => doesNotExist(`Model Version (name=${name}, version=${version}) not found`),
  })

/** A prompt and a model cannot have the same name; which of them is there is told. */
export function nameTaken(name: string, isTakenByPrompt: boolean, isForPrompt: boolean): MlflowError {
  const [taker, wanted] = [isTakenByPrompt, isForPrompt].map((is) => (is ? 'Prompt' : 'Registered Model'))
  const message =
    taker === wanted
      ? `${wanted} (name=${name}) already exists.`
      : `Tried to create a ${wanted?.toLowerCase()} with name '${name}', but the name is already taken by a ${taker?.toLowerCase()}. ` +
        'A model and a prompt cannot have the same name.'
  return new MlflowError('RESOURCE_ALREADY_EXISTS', message)
}

export const aliasNotFound = (alias: string): MlflowError =>
  invalidParameter(`Registered model alias ${alias} not found.`)
