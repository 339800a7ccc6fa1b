import { DEFINITION, type Notification } from '@regia/core'
import { z } from 'zod'
import type { KindPlace } from './kind-place.ts'

/** A kind of notifier that a project brings. */
export type NotifierKind = {
  readonly [DEFINITION]: 'notifier-kind'
  readonly settings: z.ZodType
  readonly send: (notification: Notification, settings: unknown, place: KindPlace) => void | Promise<void>
}

/**
 * A kind of notifier of the project's own. `regia.config.ts` names its module under `kinds.notifiers`, and a notifier uses it:
 * `notifier({ …, via: { kind: 'custom', type: 'pager', settings: { … } } })`.
 *
 * @param kind - `send` is called once per notification and again later where it throws; it must not take longer than it has to.
 * @example
 * export default defineNotifier({
 *   settings: z.object({ file: z.string() }),
 *   send: ({ title }, { file }, { projectDir }) => appendFile(join(projectDir, file), `${title}\n`),
 * })
 */
export function defineNotifier<Schema extends z.ZodType = z.ZodObject<Record<never, never>>>(kind: {
  readonly settings?: Schema
  readonly send: (notification: Notification, settings: z.output<Schema>, place: KindPlace) => void | Promise<void>
}): NotifierKind {
  // The loader parses the settings by this very schema before it calls.
  const send = kind.send as NotifierKind['send']
  return { [DEFINITION]: 'notifier-kind', settings: kind.settings ?? z.object({}), send }
}
