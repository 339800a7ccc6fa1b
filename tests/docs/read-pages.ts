import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** A fenced or indented block of a page. */
export type Block = { readonly language: string; readonly text: string; readonly line: number }

/** A page of the documentation, taken apart. */
export type DocPage = {
  /** From the root of the repository. */
  readonly path: string
  readonly blocks: readonly Block[]
  /** The page without its blocks. */
  readonly prose: string
}

const PATTERNS = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'docs/**/*.md', 'examples/*/README.md']
const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm

export const readPages = (): readonly DocPage[] => globSync(PATTERNS, { cwd: ROOT }).sort().map(readPage)

function readPage(path: string): DocPage {
  const text = readFileSync(join(ROOT, path), 'utf8')
  const fenced = [...text.matchAll(FENCE)].map(({ 1: language = '', 2: inside = '', index }) => ({
    language,
    text: inside,
    line: text.slice(0, index).split('\n').length,
  }))
  const rest = text.replace(FENCE, '')
  const indented = [...rest.matchAll(/^ {4}\S.*$/gm)].map(({ 0: line, index }) => ({
    language: 'sh',
    text: line.trim(),
    line: rest.slice(0, index).split('\n').length,
  }))
  return { path, blocks: [...fenced, ...indented], prose: rest.replace(/^ {4}\S.*$/gm, '') }
}

/** The texts between single backticks. */
export const codeSpans = ({ prose }: DocPage): readonly string[] =>
  [...prose.matchAll(/`([^`\n]+)`/g)].map(([, inside = '']) => inside)

/** What a heading can be linked by, as GitHub makes it. */
export const anchorsOf = ({ prose }: DocPage): readonly string[] =>
  [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{Letter}\p{Number}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
