/** Whose files: those of a run, of a model that it logged, or of a registered version, whose id is `MODEL@NUMBER`. */
export type FileSource = { readonly kind: 'run' | 'model' | 'version'; readonly id: string }
/** A file as the address names it: `plots/roc.png` of the run, `m-…:MLmodel` of a model. */
export type FileRef = { readonly source: FileSource; readonly path: string }

export function fileRef(run: string, text: string): FileRef {
  const [, model, path] = /^(m-[0-9a-f]{32}):(.*)$/.exec(text) ?? []
  return model !== undefined && path !== undefined
    ? { source: { kind: 'model', id: model }, path }
    : { source: { kind: 'run', id: run }, path: text }
}

export const refText = ({ source, path }: FileRef): string => (source.kind === 'model' ? `${source.id}:${path}` : path)

/** The address of a file, for pictures, frames and downloads. */
export const fileUrl = (source: FileSource, path: string): string =>
  `/api/v1/${ownerPath(source)}/artifacts/content?path=${encodeURIComponent(path)}`

function ownerPath({ kind, id }: FileSource): string {
  if (kind !== 'version') return `tracking/${kind}s/${encodeURIComponent(id)}`
  const { model, version } = versionOf(id)
  return `models/${encodeURIComponent(model)}/versions/${version}`
}

/** A name may hold an `@` itself: the last one counts. */
export function versionOf(id: string): { readonly model: string; readonly version: string } {
  const at = id.lastIndexOf('@')
  return { model: id.slice(0, at), version: id.slice(at + 1) }
}
