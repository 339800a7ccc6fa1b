import { type ContentView, contentView } from '../artifacts/artifact-kind.ts'

/** How a file of a run is shown. */
export type FileKind = ContentView | 'table' | 'onnx'

const TABLES = ['csv', 'tsv', 'parquet', 'jsonl', 'ndjson']
const TEXTS = [
  'mlmodel',
  'lock',
  'patch',
  'diff',
  'ini',
  'cfg',
  'conf',
  'sh',
  'r',
  'jl',
  'c',
  'cpp',
  'h',
  'go',
  'rs',
  'java',
  'xml',
  'css',
  'tsx',
  'jsx',
]

/** By the name of the file, else by its media type. */
export function fileKind(path: string, mediaType: string | undefined): FileKind {
  const name = path.split('/').at(-1)?.toLowerCase() ?? ''
  const ending = name.includes('.') ? (name.split('.').at(-1) ?? '') : name
  if (ending === 'onnx') return 'onnx'
  if (TABLES.includes(ending)) return 'table'
  if (TEXTS.includes(ending)) return 'text'
  return contentView(mediaType, path)
}
