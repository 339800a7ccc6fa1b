import type { ModelVersion } from '@regia/core'

/** What speaks against a version that is to get an alias; nothing where nothing does. */
export function Doubts({ version: { report, packaging } }: { readonly version: ModelVersion }) {
  return (
    <>
      {report && !report.passed && <p>Its checks have not passed.</p>}
      {!report && <p>It was registered without an evaluation.</p>}
      {packaging.status !== 'packaged' && <p>It cannot be served: {packaging.reason ?? packaging.status}</p>}
    </>
  )
}
