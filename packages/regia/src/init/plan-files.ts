import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  CI_FILES,
  type CiService,
  ciTemplatePath,
  devContainerPath,
  type ProjectTemplate,
  projectTemplateDir,
  sampleDataPath,
} from './templates.ts'

export type InitRequest = {
  readonly project: string
  readonly template: ProjectTemplate | undefined
  readonly ci: readonly CiService[]
  readonly devContainer: boolean
  /** What the workflow runs. */
  readonly pipeline: string
  readonly params: readonly string[]
  /** The version of Regia that the project asks for. */
  readonly version: string
}

/** A file that is to be written, from the project's folder. */
export type PlannedFile = { readonly path: string; readonly text: string }

/** npm leaves files of these names out of a package, so a template has them without the dot. */
const DOTTED = new Set(['gitignore', 'npmrc'])

/** Every file that an `init` writes, with the project's own words filled in. */
export async function planFiles(request: InitRequest): Promise<readonly PlannedFile[]> {
  const fill = (text: string) => fillIn(text, request)
  const sources = [
    ...(request.template ? templateFiles(request.template) : []),
    ...request.ci.map((service) => ({ path: CI_FILES[service] as string, source: ciTemplatePath(service) })),
    ...(request.devContainer ? [{ path: '.devcontainer/devcontainer.json', source: devContainerPath() }] : []),
  ]
  return Promise.all(sources.map(async ({ path, source }) => ({ path, text: fill(await readFile(source, 'utf8')) })))
}

function templateFiles(template: ProjectTemplate): { readonly path: string; readonly source: string }[] {
  const dir = projectTemplateDir(template)
  return globSync('**/*', { cwd: dir, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((source) => ({ path: targetPath(source.slice(dir.length + 1)), source }))
    .concat({ path: 'data/customers.csv', source: sampleDataPath() })
    .sort((a, b) => a.path.localeCompare(b.path))
}

const targetPath = (path: string): string => (DOTTED.has(path) ? `.${path}` : path)

function fillIn(text: string, { project, pipeline, params, version }: InitRequest): string {
  const words: { readonly [mark: string]: string } = {
    '%PROJECT%': project,
    '%PIPELINE%': pipeline,
    ' %PARAMS%': params.map((param) => ` --param ${shellWord(param)}`).join(''),
    '%VERSION%': version,
  }
  return Object.entries(words).reduce((filled, [mark, word]) => filled.replaceAll(mark, () => word), text)
}

/** Quoted where a shell would take it apart. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
