/** The usual ending of each media type, for programs that go by endings. */
const ENDINGS: Readonly<Record<string, string>> = {
  'application/json': '.json',
  'application/ld+json': '.json',
  'application/pdf': '.pdf',
  'application/zip': '.zip',
  'application/gzip': '.gz',
  'application/x-tar': '.tar',
  'application/x-ipynb+json': '.ipynb',
  'application/vnd.apache.parquet': '.parquet',
  'application/x-ndjson': '.ndjson',
  'application/yaml': '.yaml',
  'application/xml': '.xml',
  'application/octet-stream': '.bin',
  'audio/wav': '.wav',
  'audio/mpeg': '.mp3',
  'image/gif': '.gif',
  'image/jpeg': '.jpg',
  'image/png': '.png',
  'image/svg+xml': '.svg',
  'image/webp': '.webp',
  'text/csv': '.csv',
  'text/html': '.html',
  'text/markdown': '.md',
  'text/plain': '.txt',
  'text/tab-separated-values': '.tsv',
  'text/xml': '.xml',
  'video/mp4': '.mp4',
}

/** @returns Such as `.png`; empty for a type that is unknown or not said. Parameters such as `charset` do not matter. */
export const endingOf = (mediaType: string | undefined): string =>
  ENDINGS[mediaType?.split(';')[0]?.trim().toLowerCase() ?? ''] ?? ''
