import type { Digest, ModelPackage } from '@regia/core'
import type { ModelSession } from '@regia/engine'

/** A registered version, as far as serving needs it. */
export type RegisteredVersion = {
  readonly model: string
  readonly version: number
  readonly packageDigest: Digest
  readonly package: ModelPackage
}

/** What serving needs of the model registry. */
export type ModelDirectory = {
  /** What `delays@champion` or `delays@3` means now; `undefined` where there is no such model, alias or version. */
  readonly find: (ref: string) => Promise<RegisteredVersion | undefined>
  /** Loads a version. @throws RegiaError `MODEL_INVALID`, `BLOB_CORRUPT` … */
  readonly open: (version: RegisteredVersion) => Promise<ModelSession>
  /** The version of a composition, registered under the name of its endpoint: the last one where it is the same. @throws RegiaError `CONFLICT`. */
  readonly registerComposition: (name: string, packageBytes: Uint8Array) => Promise<number>
  /** Whether an alias moves only when somebody has approved: no rule moves it then. */
  readonly isProtected?: (model: string, alias: string) => Promise<boolean>
  /** Whether every check of the version's report passed; undefined without a report. */
  readonly hasPassedChecks?: (model: string, version: number) => Promise<boolean | undefined>
  /** Takes effect in every endpoint that follows the alias. */
  readonly moveAlias: (move: {
    readonly model: string
    readonly alias: string
    readonly version: number
    readonly by: string
    readonly reason: string
  }) => Promise<void>
}

/** `delays@champion` → model and alias; `delays@3` → model and version. */
export function parseModelRef(ref: string): {
  readonly model: string
  readonly name: string
  readonly isAlias: boolean
} {
  const [model = '', name = ''] = ref.split('@')
  return { model, name, isAlias: !/^\d+$/.test(name) }
}
