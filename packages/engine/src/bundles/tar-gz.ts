import { gzipSync } from 'node:zlib'
import type { BundleFile } from './bundle-file.ts'

const BLOCK = 512

/** A `.tar.gz` of files: names sorted, one fixed time and owner, so that equal files give equal bytes (POSIX.1-1988, "ustar"). */
export function tarGz(files: readonly BundleFile[]): Uint8Array {
  const blocks = [...files]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap(({ path, content, isExecutable }) => {
      const bytes = Buffer.from(content)
      const padding = Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)
      return [headerOf(path, bytes.length, isExecutable ? 0o755 : 0o644), bytes, padding]
    })
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]))
}

function headerOf(path: string, sizeBytes: number, mode: number): Buffer {
  const header = Buffer.alloc(BLOCK)
  const { name, prefix } = split(path)
  const octal = (value: number, offset: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, offset, 'latin1')
  header.write(name, 0)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(sizeBytes, 124, 12)
  octal(0, 136, 12)
  // The sum counts its own field as blanks.
  header.write(' '.repeat(8), 148)
  header.write('0', 156)
  header.write('ustar\u000000', 257, 'latin1')
  header.write(prefix, 345)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

const MAX_NAME = 100
const MAX_PREFIX = 155

/** A long path stands in two fields, divided at a slash. */
function split(path: string): { readonly name: string; readonly prefix: string } {
  if (Buffer.byteLength(path) <= MAX_NAME) return { name: path, prefix: '' }
  for (let at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)]
    if (Buffer.byteLength(name) <= MAX_NAME && Buffer.byteLength(prefix) <= MAX_PREFIX) return { name, prefix }
  }
  throw new Error(`unreachable: a path of a bundle is too long for tar: ${path}`)
}
