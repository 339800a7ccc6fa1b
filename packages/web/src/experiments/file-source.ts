/** Whose files: those of a run, or of a model that it logged. */
export type FileSource = { readonly kind: 'run' | 'model'; readonly id: string }
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
export const fileUrl = ({ kind, id }: FileSource, path: string): string =>
  `/api/v1/tracking/${kind}s/${encodeURIComponent(id)}/artifacts/content?path=${encodeURIComponent(path)}`
