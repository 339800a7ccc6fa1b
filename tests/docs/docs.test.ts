import { execFile } from 'node:child_process'
import { existsSync, globSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createServer } from '@regia/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../packages/regia/src/cli/commands/index.ts'
import { environment, regiaJson } from '../integration/regia-command.ts'
import { type CommandLine, commandLines, problemOf } from './command-lines.ts'
import { anchorsOf, codeSpans, type DocPage, ROOT, readPages } from './read-pages.ts'
import { filesOf, writeProject } from './write-project.ts'

const run = promisify(execFile)
const pages = readPages()
const pageAt = new Map(pages.map((page) => [page.path, page]))

const line = (text: string): CommandLine => ({ words: text.split(' '), isWhole: true })

describe('the documentation', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'regia-docs-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('links to files and headings that exist', () => {
    expect(pages.length).toBeGreaterThan(30)
    expect(
      pages.flatMap((page) =>
        linksOf(page)
          .filter((link) => !leadsSomewhere(page, link))
          .map((link) => `${page.path}: ${link}`),
      ),
    ).toEqual([])
    const index = pageAt.get('docs/README.md')!
    const tried = ['pipelines.md', 'pipelines.md#caching', 'pipelines.md#nowhere', 'nowhere.md']
    expect(tried.map((link) => leadsSomewhere(index, link))).toEqual([true, true, false, false])
  })

  it('has every page in its index', () => {
    const index = linksOf(pageAt.get('docs/README.md')!)
    const subjects = pages.filter(({ path }) => /^docs\/[a-z-]+\.md$/.test(path))
    expect(subjects.map(({ path }) => path.slice('docs/'.length)).filter((name) => !index.includes(name))).toEqual([])
  })

  it('shows every room of the house in docs/architecture.md', () => {
    const plan = readFileSync(join(ROOT, 'docs/architecture.md'), 'utf8')
    const rooms = globSync('packages/*/src/*', { cwd: ROOT, withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect(rooms.length).toBeGreaterThan(50)
    expect(
      rooms.filter(({ name }) => !plan.includes(`${name}/`)).map(({ parentPath, name }) => join(parentPath, name)),
    ).toEqual([])
  })

  it('names commands and options that exist', () => {
    const lines = pages.flatMap((page) => commandLines(page).map((each) => ({ page: page.path, ...each })))
    expect(lines.length).toBeGreaterThan(150)
    const problems = lines.flatMap((each) => {
      const problem = problemOf(each, COMMANDS)
      return problem === undefined ? [] : `${each.page}: regia ${each.words.join(' ')}: ${problem}`
    })
    expect(problems).toEqual([])
    expect(problemOf(line('runs stop latest'), COMMANDS)).toBe('there is no such command')
    expect(problemOf(line('run late --fast'), COMMANDS)).toBe('"run" has no option --fast')
  })

  it('names routes that exist', async () => {
    const server = await createServer({ home: join(folder, 'home'), projectDir: folder, roles: ['api'] })
    try {
      const templates = Object.keys(server.app.swagger().paths ?? {}).map((path) => path.split('/'))
      const isThere = (route: string) => templates.some((template) => fits(route.split('/'), template))
      const named = pages.flatMap((page) => routesOf(page).map((route) => ({ page: page.path, route })))
      expect(named.length).toBeGreaterThan(30)
      expect(named.filter(({ route }) => !isThere(route))).toEqual([])
      expect(isThere('/api/v1/pipelines/late/flights')).toBe(false)
    } finally {
      await server.close()
    }
  })

  it('shows code, JSON and fragments that can be read', () => {
    const problems = pages.flatMap(({ path, blocks }) =>
      blocks.flatMap(({ language, text, line }) => {
        const problem = syntaxProblem(language, text)
        return problem === undefined ? [] : `${path}:${line} ${problem}`
      }),
    )
    expect(problems).toEqual([])
    expect(syntaxProblem('ts', 'const = 1')).toBeDefined()
  })

  it('makes a project whose types fit and whose pipelines load', { timeout: 300_000 }, async () => {
    const dir = join(folder, 'project')
    const files = filesOf(orderedPages())
    await writeProject(dir, files)
    const types = await run(join(ROOT, 'node_modules/.bin/tsc'), ['-p', dir, '--pretty', 'false'], {
      cwd: dir,
      env: environment(),
    }).catch((error: { stdout: string }) => error)
    expect(types.stdout).toBe('')
    const tests = files.filter(({ path, isFirst }) => path.endsWith('.test.ts') && isFirst)
    expect(tests.length).toBeGreaterThan(1)
    for (const { path } of tests) await run(process.execPath, [path], { cwd: dir, env: environment() })
    for (const pipeline of ['late', 'late-nodes', 'late-yaml', 'train', 'trials', 'prepare', 'release']) {
      const graph = await regiaJson<{ steps: readonly unknown[] }>({ cwd: dir }, 'graph', pipeline, '--format', 'json')
      expect(graph.steps.length, pipeline).toBeGreaterThan(1)
    }
  })
})

/** As the index lists them, so that a later page may show another content for a file. */
function orderedPages(): readonly DocPage[] {
  const index = linksOf(pageAt.get('docs/README.md')!)
  return index.flatMap((name) => pageAt.get(`docs/${name}`) ?? [])
}

const linksOf = ({ prose }: DocPage): readonly string[] =>
  [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => (/^\w+:/.test(target) ? [] : target))

function leadsSomewhere({ path }: DocPage, link: string): boolean {
  const [file = '', anchor] = link.split('#')
  const target = file === '' ? path : join(dirname(path), file)
  if (!existsSync(join(ROOT, target))) return false
  if (anchor === undefined || statSync(join(ROOT, target)).isDirectory()) return anchor === undefined
  const page = pageAt.get(target)
  return page === undefined || anchorsOf(page).includes(anchor)
}

/** `/api/v1/…`, and `…/logs` for the end of one. */
const routesOf = (page: DocPage): readonly string[] =>
  [...codeSpans(page), ...page.blocks.map(({ text }) => text)].flatMap((text) =>
    [...text.matchAll(/(?:\/api\/v1|…)\/[\w@./-]+/g)].map(([route]) => route.replace(/[./]+$/, '')),
  )

/** Segments that stand for something of the user's fit anything; those of the API are as they are. */
function fits(route: readonly string[], template: readonly string[]): boolean {
  const [first, ...rest] = route
  if (first === '…') return rest.length <= template.length && fits(rest, template.slice(-rest.length))
  return (
    route.length === template.length &&
    route.every((segment, i) => segment === template[i] || template[i]?.startsWith('{') === true)
  )
}

function syntaxProblem(language: string, text: string): string | undefined {
  try {
    if (language === 'ts') stripTypeScriptTypes(text.replaceAll('…', ''))
    if (language === 'json') parseJson(text)
    return undefined
  } catch (error) {
    return String(error)
  }
}

/** One value, or one on each line. */
const parseJson = (text: string): unknown =>
  /^\{.*\}$/.test(text.split('\n')[0] ?? '')
    ? text
        .trim()
        .split('\n')
        .map((each) => JSON.parse(each))
    : JSON.parse(text)
