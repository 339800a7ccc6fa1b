import { api } from '../kernel/api.ts'
import { type FileSource, versionOf } from './file-source.ts'

/** How the files of a source are read. */
export function readerOf({ kind, id }: FileSource) {
  if (kind === 'model') return api.tracking.modelFiles(id)
  if (kind === 'version') return api.tracking.versionFiles(versionOf(id).model, versionOf(id).version)
  return {
    list: (query: { readonly path?: string }) => api.tracking.files(id, query),
    read: (path: string) => api.tracking.readFile(id, path),
    preview: (path: string, query: { readonly limit: number; readonly cursor?: string }) =>
      api.tracking.previewFile(id, path, query),
  }
}
