import type { ReferenceProfile, Signature, Sketcher } from '@regia/core'

/** What counting needs to know of a model version. */
export type VersionFacts = {
  readonly signature: Signature
  /** Absent where neither the package nor the endpoint has a reference profile: then there is nothing to compare with, and nothing is sketched. */
  readonly reference?: { readonly profile: ReferenceProfile; readonly sketcher: Sketcher }
}

/**
 * Finds them; `undefined` when the version is gone.
 *
 * @param endpoint - Where it serves: a version without a reference of its own may have one there.
 */
export type FindVersionFacts = (model: string, version: number, endpoint?: string) => Promise<VersionFacts | undefined>

/** Whether a label counts as positive: of the positive class, or for many classes, the one that was predicted. */
export function isPositiveLabel(
  { signature, reference }: VersionFacts,
  label: string,
  predicted: string | undefined,
): boolean | undefined {
  if (signature.task === 'regression') return undefined
  if (reference?.profile.labelMeaning === 'correct' || signature.positive === undefined) return label === predicted
  return label === signature.positive
}
