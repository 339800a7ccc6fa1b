import type { Digest, ModelPackage } from '@regia/core'
import type { BundleFile, Platform } from '@regia/engine'

/** The model that a bundle is made of. */
export type BundledModel = {
  /** What clients call it; fits into a path and into a name of an image. */
  readonly name: string
  readonly version: number
  readonly manifest: ModelPackage
  /** The package: one zip. */
  readonly bytes: Uint8Array
  readonly digest: Digest
}

/** What a target may be told with `--set NAME=VALUE`. */
export type SettingSpec = { readonly description: string; readonly default: string }

export type BundleContext = {
  readonly model: BundledModel
  readonly platform: Platform
  /** Every setting of the target, defaults filled in. */
  readonly settings: Readonly<Record<string, string>>
  /** The version of Regia, for labels. */
  readonly regia: string
  readonly target: string
}

/** Somewhere that a model can be put: a folder of files made from its package. Adding one is one new folder and one line in `targets.ts`. */
export type BundleTarget = {
  readonly name: string
  readonly summary: string
  readonly settings: Readonly<Record<string, SettingSpec>>
  /**
   * The files of the bundle, `README.md` included; the digests are added by the caller. Equal contexts give equal bytes.
   *
   * @throws RegiaError `INVALID_INPUT` for a setting that the target cannot take.
   */
  readonly write: (context: BundleContext) => Promise<readonly BundleFile[]>
}
