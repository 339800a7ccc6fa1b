import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, relative, resolve } from 'node:path'
import { nameSchema, RegiaError } from '@regia/core'
import { type PlannedFile, planFiles } from '../../init/plan-files.ts'
import { CI_FILES, type CiService, PROJECT_TEMPLATES, type ProjectTemplate } from '../../init/templates.ts'
import { VERSION } from '../../version.ts'
import type { Action } from '../command.ts'
import { oneOf } from './one-of.ts'

type Input = {
  dir: string | undefined
  template: string | undefined
  ci: readonly string[]
  devContainer: boolean
  pipeline: string | undefined
  param: readonly string[]
  force: boolean
}

/** Begins a project, or adds a workflow or a development container to one. Writes all of its files or none. */
export const init: Action<Input> = async (input, context) => {
  const dir = resolve(context.workingDir, input.dir ?? '.')
  const isBegun = ['regia.config.ts', 'package.json'].some((file) => existsSync(join(dir, file)))
  const template = templateOf(input, isBegun)
  const project = projectName(dir)
  const files = await planFiles({
    project,
    template,
    ci: input.ci.map((service) => oneOf('--ci', Object.keys(CI_FILES) as CiService[], service)),
    devContainer: input.devContainer || template !== undefined,
    pipeline: input.pipeline ?? (template === undefined ? project : 'train'),
    params: input.param,
    version: VERSION,
  })
  if (!input.force) assertNew(dir, files)
  for (const { path, text } of files) await writeNew(join(dir, path), text)
  const place = relative(context.workingDir, dir) || '.'
  context.output.result({ dir, project, files: files.map(({ path }) => path) }, () =>
    [
      `${context.output.style.green('✓')} ${files.length} files in ${place}:`,
      ...files.map(({ path }) => `  ${path}`),
      ...(template === undefined ? [] : ['', `Next: ${place === '.' ? '' : `cd ${place} && `}npm install && npm test`]),
    ].join('\n'),
  )
}

/** A project that has begun gets only what was asked for. */
function templateOf({ template }: Input, isBegun: boolean): ProjectTemplate | undefined {
  if (template === undefined && isBegun) return undefined
  return oneOf('--template', Object.keys(PROJECT_TEMPLATES) as ProjectTemplate[], template ?? 'tabular')
}

function projectName(dir: string): string {
  const name = basename(dir)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
  if (nameSchema.safeParse(name).success) return name
  throw new RegiaError('INVALID_INPUT', `The folder "${basename(dir)}" cannot name a project.`, {
    where: dir,
    hint: 'Give a folder whose name begins with a letter or a digit: regia init my-model.',
  })
}

/** @throws RegiaError `ALREADY_EXISTS` naming the files that are in the way. */
function assertNew(dir: string, files: readonly PlannedFile[]): void {
  const taken = files.filter(({ path }) => existsSync(join(dir, path))).map(({ path }) => path)
  if (taken.length === 0) return
  throw new RegiaError('ALREADY_EXISTS', `Nothing was written: ${taken.join(', ')} would be overwritten.`, {
    where: dir,
    hint: 'Choose an empty folder, or overwrite them with --force.',
  })
}

async function writeNew(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}
