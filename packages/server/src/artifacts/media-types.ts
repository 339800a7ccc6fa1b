import type { Artifact } from '@regia/core'
import { typeOfName } from '../http/media-types.ts'

const BY_KIND: Readonly<Record<Artifact['kind'], string>> = {
  value: 'application/json',
  report: 'application/json',
  folder: 'application/json',
  list: 'application/json',
  table: 'application/vnd.apache.parquet',
  model: 'application/zip',
  file: 'application/octet-stream',
}

const FORM = /^[a-z0-9][\w.+-]*\/[a-z0-9][\w.+-]*$/i

/** What bytes are, from what the step said of them, else from the file's name, else from the kind of artifact. */
export function mediaTypeOf(kind: Artifact['kind'], said: string | undefined, path: string | undefined): string {
  const given = said?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (FORM.test(given)) return given
  return (path !== undefined && typeOfName(path)) || BY_KIND[kind]
}
