/** By the ending of a file's name, for files that do not say what they are. */
const BY_ENDING: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  ipynb: 'application/x-ipynb+json',
  jpeg: 'image/jpeg',
  jpg: 'image/jpeg',
  json: 'application/json',
  jsonl: 'application/x-ndjson',
  log: 'text/plain',
  md: 'text/markdown',
  ndjson: 'application/x-ndjson',
  onnx: 'application/onnx',
  parquet: 'application/vnd.apache.parquet',
  pdf: 'application/pdf',
  png: 'image/png',
  svg: 'image/svg+xml',
  tsv: 'text/tab-separated-values',
  txt: 'text/plain',
  webp: 'image/webp',
  xml: 'application/xml',
  yaml: 'application/yaml',
  yml: 'application/yaml',
  zip: 'application/zip',
}

/** What a browser shows without running or fetching anything. */
const PASSIVE = new Set([
  'application/json',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
  'text/csv',
  'text/markdown',
  'text/plain',
  'text/tab-separated-values',
])
/** What it shows too, in a sandbox. */
const ACTIVE = new Set(['application/pdf', 'image/svg+xml', 'text/html'])

/** What a file is by its name; nothing where that does not say. */
export const typeOfName = (name: string): string | undefined => BY_ENDING[endingOf(name)]

export const contentTypeOf = (mediaType: string): string =>
  mediaType.startsWith('text/') ? `${mediaType}; charset=utf-8` : mediaType

export const isPassive = (mediaType: string): boolean => PASSIVE.has(mediaType)

/** Whether a browser shows it; anything else is kept as a file. */
export const isShown = (mediaType: string): boolean => PASSIVE.has(mediaType) || ACTIVE.has(mediaType)

/** The usual ending of such a file, with its dot; nothing where there is none. */
export function endingFor(mediaType: string): string {
  const found = Object.entries(BY_ENDING).find(([, type]) => type === mediaType)
  return found ? `.${found[0]}` : ''
}

export const endingOf = (path: string): string => /\.([A-Za-z0-9]{1,10})$/.exec(path)?.[1]?.toLowerCase() ?? ''
