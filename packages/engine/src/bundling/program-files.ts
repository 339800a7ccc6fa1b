import { globSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, isAbsolute, join } from 'node:path'
import { canonicalJson, type Digest, digestOf, type FolderManifest, RegiaError } from '@regia/core'
import { hashBytes } from '../blobs/index.ts'
import type { DraftCommand } from '../steps/step-definition.ts'
import type { CodeDigests } from './code-digests.ts'

/** Content that a graph names by its digest and that must be in the blob store before a run. */
export type ProjectBlob = { readonly digest: Digest; readonly read: () => Promise<Uint8Array<ArrayBuffer>> }

/** The files of a command, as a folder in the blob store, and the digests that its cache key has. */
export type ProgramFiles = CodeDigests & {
  /** Of the folder's manifest; absent for a command without files of its own. */
  readonly files: Digest | undefined
  readonly blobs: readonly ProjectBlob[]
}

const MAX_FILES = 2_000
const MAX_BYTES = 200 * 2 ** 20

/**
 * Reads the files that a command's globs name.
 *
 * @param where - The step, or the line of its author.
 * @throws RegiaError `PIPELINE_INVALID` for a glob that names nothing or leads outside of the project, or for too much.
 */
export async function readProgramFiles(
  projectDir: string,
  command: DraftCommand,
  where: string,
): Promise<ProgramFiles> {
  const paths = findPaths(projectDir, command, where)
  const found = await Promise.all(paths.map((path) => describeFile(projectDir, path)))
  const sizeBytes = found.reduce((sum, file) => sum + file.sizeBytes, 0)
  if (sizeBytes > MAX_BYTES) {
    throw invalid(`The files of the command take ${sizeBytes} bytes; ${MAX_BYTES} are allowed.`, where, DATA_HINT)
  }
  const codeFiles = Object.fromEntries(found.map(({ path, digest }) => [path, digest]))
  const { argv, notebook } = command
  const codeDigest = digestOf(canonicalJson({ argv, codeFiles, ...(notebook !== undefined && { notebook }) }))
  if (found.length === 0) return { codeDigest, codeFiles, files: undefined, blobs: [] }
  const manifest: FolderManifest = { files: found }
  const bytes = Buffer.from(canonicalJson(manifest))
  const files = hashBytes(bytes)
  const ofFiles = found.map(({ path, digest }) => ({ digest, read: () => readFile(join(projectDir, path)) }))
  return { codeDigest, codeFiles, files, blobs: [...ofFiles, { digest: files, read: async () => bytes }] }
}

const DATA_HINT = 'Name the code only; data comes in through the inputs.'

function findPaths(projectDir: string, { files = [], notebook }: DraftCommand, where: string): string[] {
  const globs = notebook === undefined ? files : [...files, notebook]
  const paths = new Set<string>()
  for (const glob of globs) {
    assertInside(glob, where)
    const matches = globSync(glob, { cwd: projectDir, exclude: (path) => SKIPPED.has(basename(path)) })
      .map(projectPath)
      .filter((path) => statSync(join(projectDir, path)).isFile())
    if (matches.length === 0) {
      throw invalid(`No file of the project is named "${glob}".`, where, 'Globs start at the project’s folder.')
    }
    for (const path of matches) paths.add(path)
  }
  if (paths.size > MAX_FILES)
    throw invalid(`The command has ${paths.size} files; ${MAX_FILES} are allowed.`, where, DATA_HINT)
  return [...paths].sort()
}

const SKIPPED = new Set(['node_modules', '.git', '.regia', '__pycache__', '.ipynb_checkpoints'])

/** With `/` between names, whatever the system writes. */
const projectPath = (path: string): string => path.replaceAll('\\', '/')

function assertInside(glob: string, where: string): void {
  if (!isAbsolute(glob) && !glob.split(/[\\/]/).includes('..')) return
  throw invalid(`"${glob}" leads outside of the project.`, where, 'Copy what the program needs into the project.')
}

async function describeFile(projectDir: string, path: string): Promise<FolderManifest['files'][number]> {
  const bytes = await readFile(join(projectDir, path))
  return { path, digest: hashBytes(bytes), sizeBytes: bytes.byteLength }
}

const invalid = (message: string, where: string, hint: string): RegiaError =>
  new RegiaError('PIPELINE_INVALID', message, { where, hint })
