import { api } from '../kernel/api.ts'
import type { FileSource } from './file-source.ts'

/** How the files of a source are read. */
export const readerOf = ({ kind, id }: FileSource) =>
  kind === 'model'
    ? api.tracking.modelFiles(id)
    : {
        list: (query: { readonly path?: string }) => api.tracking.files(id, query),
        read: (path: string) => api.tracking.readFile(id, path),
        preview: (path: string, query: { readonly limit: number; readonly cursor?: string }) =>
          api.tracking.previewFile(id, path, query),
      }
