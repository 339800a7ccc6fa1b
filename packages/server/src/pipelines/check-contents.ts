import { type Digest, RegiaError, refsOfStep } from '@regia/core'
import type { NewVersion } from './version-store.ts'

/** What a version needs of the blob store, with what it is for. */
function contentsOf({ graph, bundleDigest }: Pick<NewVersion, 'graph' | 'bundleDigest'>) {
  const named: { readonly digest: Digest; readonly what: string; readonly where: string }[] = [
    { digest: bundleDigest, what: `The code of pipeline "${graph.name}"`, where: bundleDigest },
  ]
  for (const step of graph.steps) {
    const where = step.definedAt ?? step.id
    if (step.command?.files) named.push({ digest: step.command.files, what: `The files of step "${step.id}"`, where })
    for (const ref of refsOfStep(step)) {
      if (ref.from === 'artifact')
        named.push({ digest: ref.digest, what: `A ${ref.kind} that step "${step.id}" is given`, where })
    }
  }
  return new Map(named.map((each) => [each.digest, each])).values()
}

/**
 * Makes sure that whatever a version names is there, and stays until the version itself keeps it.
 *
 * @param hasBlob - Also renews what it finds.
 * @throws RegiaError `BLOB_MISSING`.
 */
export async function assertContents(
  version: Pick<NewVersion, 'graph' | 'bundleDigest'>,
  hasBlob: (digest: Digest) => Promise<boolean>,
): Promise<void> {
  for (const { digest, what, where } of contentsOf(version)) {
    if (await hasBlob(digest)) continue
    throw new RegiaError('BLOB_MISSING', `${what} is not in the blob store.`, {
      where,
      hint: 'Send it to /api/v1/blobs first; "regia run" does both. What a run made may have gone as garbage: run it again.',
      data: { digest },
    })
  }
}
