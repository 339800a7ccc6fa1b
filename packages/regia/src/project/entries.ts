import { globSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { RegiaError } from '@regia/core'
import type { Bundle, Discovery } from '@regia/engine'
import type { Project } from './find-project.ts'
import { stackOf } from './stack.ts'

/** An entry file of a project with what it declares and the code that declares it. */
export type Entry = { readonly file: string; readonly bundle: Bundle; readonly discovery: Discovery }

const TEST_FILE = /\.(test|spec)\.[cm]?[jt]s$/

/** The files that may declare something, relative to the project; those named like `wanted` first. */
export function entryFiles(project: Project, wanted?: string): string[] {
  const files = globSync([...project.config.entries], { cwd: project.dir }).filter((file) => !TEST_FILE.test(file))
  const isWanted = (file: string) => Number(basename(file, extname(file)) !== wanted)
  return [...new Set(files)].sort((a, b) => isWanted(a) - isWanted(b) || a.localeCompare(b))
}

/** Bundles an entry file and asks a child process what it declares. */
export async function loadEntry(project: Project, file: string): Promise<Entry> {
  const { bundleEntry, discover } = await import('@regia/engine')
  const bundle = await bundleEntry(file, project.dir, project.config.kinds)
  const discovery = await discover(bundle, { environment: project.environment })
  const told = notifiersTold(project)
  const notifiers = discovery.notifiers.filter(({ name }) => told?.includes(name) ?? true)
  return { file, bundle, discovery: { ...discovery, notifiers } }
}

/** Names of the notifiers that the environment's stack tells; all where it names none. */
const notifiersTold = ({ config, environment }: Project) => stackOf(config, environment).notifiers

/** Every entry of the project, one after the other: each loads in a process of its own. */
export async function loadEntries(project: Project): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const file of entryFiles(project)) entries.push(await loadEntry(project, file))
  assertDeclaredOnce(entries)
  assertToldDeclared(project, entries)
  return entries
}

/** @throws RegiaError `CONFIG_INVALID` naming both files where a name is declared twice. */
function assertDeclaredOnce(entries: readonly Entry[]): void {
  const places = new Map<string, string>()
  for (const { file, discovery } of entries) {
    for (const kind of ['pipelines', 'endpoints', 'monitors', 'schedules', 'notifiers'] as const) {
      for (const { name } of discovery[kind]) {
        const earlier = places.get(`${kind} ${name}`)
        if (earlier !== undefined) throw declaredTwice(kind.slice(0, -1), name, earlier, file)
        places.set(`${kind} ${name}`, file)
      }
    }
  }
}

/** @throws RegiaError `CONFIG_INVALID` where a stack names a notifier that no entry declares. */
function assertToldDeclared(project: Project, entries: readonly Entry[]): void {
  const declared = entries.flatMap(({ discovery }) => discovery.notifiers.map(({ name }) => name))
  const unknown = notifiersTold(project)?.find((name) => !declared.includes(name))
  if (unknown === undefined) return
  throw new RegiaError(
    'CONFIG_INVALID',
    `The stack tells the notifier "${unknown}", which the project does not declare.`,
    {
      where: project.environment ?? 'base',
      hint: declared.length ? `It declares: ${declared.join(', ')}.` : 'Declare it in notifiers/*.ts.',
    },
  )
}

const declaredTwice = (kind: string, name: string, earlier: string, file: string) =>
  new RegiaError('CONFIG_INVALID', `The ${kind} "${name}" is declared twice: in ${earlier} and in ${file}.`, {
    where: file,
    hint: 'Give one of them another name, or export it from one file only.',
  })
