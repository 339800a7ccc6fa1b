import { type DefinitionKind, isDefinition, RegiaError } from '@regia/core'
import type { z } from 'zod'
import type { ExecutorKind } from '../authoring/kinds/executor.ts'
import type { NotifierKind } from '../authoring/kinds/notifier.ts'
import { parseSettings } from '../authoring/kinds/step-type.ts'
import type { StoreKind } from '../authoring/kinds/store.ts'
import type { KindGroup } from './config.ts'
import type { Project } from './find-project.ts'
import type { KindChoice } from './stack.ts'

/** What a module of each group exports by default. */
type KindOf = {
  readonly stores: StoreKind
  readonly notifiers: NotifierKind
  readonly executors: ExecutorKind
}
type Loadable = Extract<keyof KindOf, KindGroup>

const MADE_BY: { readonly [Group in Loadable]: readonly [DefinitionKind, string] } = {
  stores: ['store-kind', 'defineStore'],
  notifiers: ['notifier-kind', 'defineNotifier'],
  executors: ['executor-kind', 'defineExecutor'],
}

/**
 * A kind of the project's own, from the module that its config names. It is loaded into this process: what owns the home of a project runs
 * the code that the project's owner named in its config.
 *
 * @throws RegiaError `CONFIG_INVALID` where there is no such kind or its module exports something else, `BUNDLE_FAILED`.
 */
export async function loadKind<Group extends Loadable>(
  project: Project,
  home: string,
  group: Group,
  name: string,
): Promise<KindOf[Group]> {
  const file = project.config.kinds[group][name]
  if (file === undefined) throw unknownKind(project, group, name)
  const { bundleEntry, importUserCode, prepareForUserCode, storeBundle } = await import('@regia/engine')
  const path = await storeBundle(await bundleEntry(file, project.dir), home)
  prepareForUserCode()
  const exported = await importUserCode(path, project.dir).catch((cause: unknown) => {
    throw notLoaded(file, cause)
  })
  const [kind, maker] = MADE_BY[group]
  // Marked by its builder, whose type it therefore has.
  if (isDefinition(exported.default, kind)) return exported.default as unknown as KindOf[Group]
  throw new RegiaError('CONFIG_INVALID', `The module of ${group}.${name} exports nothing that ${maker} made.`, {
    where: file,
    hint: `Write "export default ${maker}({ … })" in it.`,
  })
}

/** The settings of a choice, as its kind's schema makes them. */
export const settingsOf = (schema: z.ZodType, { settings, path }: KindChoice, whose: string): unknown =>
  parseSettings(schema, { ...(path !== undefined && { path }), ...settings }, whose)

function unknownKind({ config, dir }: Project, group: Loadable, name: string): RegiaError {
  const names = Object.keys(config.kinds[group])
  return new RegiaError('CONFIG_INVALID', `This project brings no "${name}" among its ${group}.`, {
    where: dir,
    hint: names.length
      ? `It brings: ${names.join(', ')}.`
      : `Name its module in regia.config.ts: kinds: { ${group}: { ${name}: './${group}/${name}.ts' } }.`,
  })
}

function notLoaded(file: string, cause: unknown): RegiaError {
  const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)
  return new RegiaError('CONFIG_INVALID', `A module of the project's own kinds cannot be loaded: ${why}`, {
    where: file,
    cause,
    hint: 'It is loaded by the server of this project; the fault is in the module or in what it imports.',
  })
}
