/** How content is shown. `binary`: its size, digest and a download say all that can be said. */
export type ContentView = 'json' | 'markdown' | 'html' | 'image' | 'notebook' | 'text' | 'binary'

const OF_EXTENSION: Readonly<Record<string, ContentView>> = {
  json: 'json',
  md: 'markdown',
  html: 'html',
  htm: 'html',
  png: 'image',
  jpg: 'image',
  jpeg: 'image',
  gif: 'image',
  webp: 'image',
  svg: 'image',
  ipynb: 'notebook',
  txt: 'text',
  log: 'text',
  csv: 'text',
  tsv: 'text',
  py: 'text',
  ts: 'text',
  js: 'text',
  yaml: 'text',
  yml: 'text',
  toml: 'text',
  jsonl: 'text',
  sql: 'text',
}

/** By the media type where it says something, else by the name of the file. */
export function contentView(mediaType: string | undefined, path: string | undefined): ContentView {
  const type = mediaType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/x-ipynb+json' || path?.endsWith('.ipynb')) return 'notebook'
  if (type === 'application/json' || type.endsWith('+json')) return 'json'
  if (type === 'text/markdown') return 'markdown'
  if (type === 'text/html') return 'html'
  if (type.startsWith('image/')) return 'image'
  if (type.startsWith('text/')) return 'text'
  return OF_EXTENSION[path?.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'binary'
}
