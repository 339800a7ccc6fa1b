import { RegiaError } from '@regia/core'
import { InferenceService, type RepositoryState } from '../protocols/open-inference/index.ts'
import type { ServedModel } from './served-model.ts'

type Facts = {
  readonly name: string
  readonly version: number
  /** Of Regia. */
  readonly regia: string
  readonly state: { readonly phase: string; readonly served: ServedModel | undefined }
}

/** The Open Inference Protocol over the one model, which is neither put into service nor taken out of it by clients. */
export function inferenceOf({ name, version, regia, state }: Facts): InferenceService {
  const assertKnown = (asked: string): void => {
    if (asked !== name) throw unknownModel(asked, name)
  }
  return new InferenceService({
    version: regia,
    names: () => [name],
    get: (asked) => {
      assertKnown(asked)
      const stable = state.served?.deployment
      return { spec: { name, stable: `${name}@${version}` }, stable, loaded: stable ? [stable] : [] }
    },
    stateOf: () => REPOSITORY_STATES[state.phase] ?? LOADING,
    statisticsOf: () => {
      const deployment = state.served?.deployment
      return deployment ? [{ version, statistics: deployment.statistics }] : []
    },
    predict: unreachable,
    load: refuse,
    unload: refuse,
  })
}

const LOADING: RepositoryState = { state: 'LOADING', reason: 'It is being loaded.', isUnloaded: false }
const REPOSITORY_STATES: Readonly<Record<string, RepositoryState>> = {
  ready: { state: 'READY', reason: '', isUnloaded: false },
  draining: { state: 'UNLOADING', reason: 'The server is about to end.', isUnloaded: false },
}

const unknownModel = (asked: string, name: string): RegiaError =>
  new RegiaError('NOT_FOUND', `There is no model "${asked.slice(0, 100)}".`, { hint: `This server has "${name}".` })

const refuse = async (): Promise<never> => {
  throw new RegiaError('INVALID_INPUT', 'This server has one model, which it keeps.', {
    hint: 'Stop the server instead.',
  })
}

const unreachable = (): never => {
  throw new Error('unreachable: predictions take the routes of their protocols')
}
