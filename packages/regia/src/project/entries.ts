import { globSync } from 'node:fs'
import { basename, extname } from 'node:path'
import type { Bundle, Discovery } from '@regia/engine'
import type { Project } from './find-project.ts'

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
  const bundle = await bundleEntry(file, project.dir)
  return { file, bundle, discovery: await discover(bundle) }
}

/** Every entry of the project, one after the other: each loads in a process of its own. */
export async function loadEntries(project: Project): Promise<Entry[]> {
  const entries: Entry[] = []
  for (const file of entryFiles(project)) entries.push(await loadEntry(project, file))
  return entries
}
