import type { ExecutorFactory } from '@regia/engine'
import type { CustomNotifier } from '@regia/server'
import { parseSettings } from '../authoring/kinds/step-type.ts'
import type { Project } from './find-project.ts'
import { loadKind } from './load-kind.ts'
import type { Stack } from './stack.ts'

/** The project's own notifiers, each loaded when it is first told something. */
export function ownNotifiers(project: Project, { home, environment }: Stack): Record<string, CustomNotifier> {
  const place = { projectDir: project.dir, home, environment }
  const entries = Object.keys(project.config.kinds.notifiers).map((name): [string, CustomNotifier] => [
    name,
    async (notification, settings) => {
      const kind = await loadKind(project, home, 'notifiers', name)
      await kind.send(notification, parseSettings(kind.settings, settings, `notifier of type "${name}"`), place)
    },
  ])
  return Object.fromEntries(entries)
}

/** The executor that the stack names, where it is one of the project's own. */
export async function ownExecutors(
  project: Project,
  { home, executor }: Stack,
): Promise<Record<string, ExecutorFactory>> {
  if (!(executor in project.config.kinds.executors)) return {}
  const { EXECUTORS } = await import('@regia/engine')
  const { local, inProcess } = EXECUTORS
  if (!local || !inProcess) throw new Error('unreachable: the executors that come with Regia are there')
  const { make } = await loadKind(project, home, 'executors', executor)
  return { [executor]: (options) => make(options, { local, inProcess }) }
}
