import type { LoggedModels, Registry, Runs } from '@regia/core'

/** What the registry's RPCs work with. */
export type RegistryProtocol = {
  readonly registry: Registry
  readonly runs: Pick<Runs, 'get'>
  readonly loggedModels: Pick<LoggedModels, 'get' | 'search' | 'setTags'>
  /** Who acts, for the history. */
  readonly operator: string
}
