import { type Digest, RegiaError } from '../kernel/index.ts'
import type { ModelPackage, ModelVersion } from './model.ts'

/** A version with its package: what can be loaded, scored and served. */
export type PackagedVersion = ModelVersion & { readonly packageDigest: Digest; readonly package: ModelPackage }

export const isPackaged = (version: ModelVersion): version is PackagedVersion =>
  version.packageDigest !== undefined && version.package !== undefined

/**
 * The version as one that can be served.
 *
 * For whatever loads a model or looks into its package; a version whose files came from elsewhere may have none, or not yet.
 *
 * @throws RegiaError `CONFLICT` while it is being packaged, `MODEL_INVALID` where that was refused, with the reason and the way out.
 * @example servable(await client.models.version('delays', 'champion')).package.signature
 */
export function servable(version: ModelVersion): PackagedVersion {
  if (isPackaged(version)) return version
  const { status, reason, hint } = version.packaging
  const isPending = status === 'pending'
  const why = reason ?? (isPending ? 'its files are still being packaged.' : 'it has no package.')
  throw new RegiaError(
    isPending ? 'CONFLICT' : 'MODEL_INVALID',
    `Version ${version.version} of "${version.model}" cannot be served: ${why}`,
    {
      where: `${version.model}@${version.version}`,
      hint: hint ?? (isPending ? 'Try again in a moment.' : 'Register it from an ONNX model or by a pipeline.'),
    },
  )
}
