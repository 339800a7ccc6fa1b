import { existsSync } from 'node:fs'
import { type ResolveHookSync, registerHooks } from 'node:module'
import { basename, dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { RegiaError } from '@regia/core'
import { type ProjectConfig, projectConfigSchema } from './config.ts'
import { environmentName } from './stack.ts'

export type Project = {
  readonly dir: string
  readonly config: ProjectConfig
  /** The environment that its pipelines are read and deployed for; the base where absent. */
  readonly environment?: string | undefined
}

const CONFIG_NAMES = ['regia.config.ts', 'regia.config.js', 'regia.config.mjs'] as const

/** The folder of a project: where the next `regia.config.ts` upwards stands, or, without one, the folder itself. */
export function findProjectDir(workingDir: string): string {
  const path = findConfig(resolve(workingDir))
  return path ? dirname(path) : resolve(workingDir)
}

/** The project of a folder, with its settings; the defaults where it has no config. @throws RegiaError `CONFIG_INVALID` where it has no such environment. */
export async function findProject(workingDir: string, environment?: string): Promise<Project> {
  const path = findConfig(resolve(workingDir))
  const dir = findProjectDir(workingDir)
  const config = path ? parseConfig(await importConfig(path), path) : projectConfigSchema.parse({ name: nameOf(dir) })
  return { dir, config, environment: environmentName(config, environment) }
}

function findConfig(dir: string): string | undefined {
  const found = CONFIG_NAMES.map((name) => join(dir, name)).find((path) => existsSync(path))
  if (found) return found
  const parent = dirname(dir)
  return parent === dir ? undefined : findConfig(parent)
}

/** A folder's name as a project's name: what is not allowed in one becomes "-". */
const nameOf = (dir: string) =>
  basename(dir)
    .replace(/[^a-zA-Z0-9._-]/g, '-')
    .replace(/^[^a-zA-Z0-9]+/, '') || 'project'

const HINT = `Write "export default defineConfig({ name: 'my-project' })" in it.`

async function importConfig(path: string): Promise<unknown> {
  const url = pathToFileURL(path).href
  const hooks = registerHooks({ resolve: resolveOwnName(url) })
  try {
    return (await import(url)).default
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new RegiaError('CONFIG_INVALID', `The project's config cannot be loaded: ${why}`, {
      where: path,
      cause,
      hint: HINT,
    })
  } finally {
    hooks.deregister()
  }
}

/** A folder where "regia" is not installed may still say `import … from 'regia'`: the running product answers. */
const resolveOwnName =
  (configUrl: string): ResolveHookSync =>
  (specifier, context, next) => {
    try {
      return next(specifier, context)
    } catch (error) {
      if (specifier !== 'regia' || context.parentURL !== configUrl) throw error
      return next(specifier, { ...context, parentURL: import.meta.url })
    }
  }

function parseConfig(value: unknown, path: string): ProjectConfig {
  const parsed = projectConfigSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]!
  const field = issue.path.length ? ` at "${issue.path.join('.')}"` : ''
  throw new RegiaError('CONFIG_INVALID', `The project's config is wrong${field}: ${issue.message}.`, {
    where: path,
    hint: HINT,
  })
}
