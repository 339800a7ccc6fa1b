/** Brings code into the one form that comments, blanks, line breaks and names that are imported for something else have no part in. */
export type Normalise = (code: string) => Promise<string>

/** As TypeScript, since there a name that is imported and not used is no part of the program. */
const SETTINGS = { loader: 'ts', format: 'esm', minifyWhitespace: true, legalComments: 'none' } as const

/** Steps share most of their files, so each piece of code is brought into form once. */
export async function normaliser(): Promise<Normalise> {
  const { transform } = await import('esbuild')
  const known = new Map<string, Promise<string>>()
  return (code) => {
    const found = known.get(code)
    if (found) return found
    const result = transform(code, SETTINGS).then(
      (made) => made.code,
      // A piece that is no code by itself still tells whether it changed.
      () => code,
    )
    known.set(code, result)
    return result
  }
}

/**
 * Takes a bundle apart by the lines that esbuild puts above the code of each file (`// lib/clean.ts`).
 *
 * @param files - The project's files; other comments are no such lines.
 * @returns By file, what the bundle holds of it; files of which nothing is left are not there.
 */
export function splitByFile(code: string, files: readonly string[]): ReadonlyMap<string, string> {
  const names = new Set(files)
  const pieces = new Map<string, string[]>()
  let piece: string[] = []
  for (const line of withoutExports(code).split('\n')) {
    const file = line.startsWith('// ') ? line.slice(3) : ''
    if (!names.has(file)) {
      piece.push(line)
      continue
    }
    piece = pieces.get(file) ?? []
    pieces.set(file, piece)
  }
  return new Map([...pieces].map(([file, lines]) => [file, lines.join('\n')]))
}

/** What the bundle exports is the matter of its entry, not of the file that happens to stand last. */
const withoutExports = (code: string): string => code.replace(/\nexport \{[^}]*\};\s*$/, '\n')
