import { RegiaError } from '@regia/core'
import type { Send } from './sender.ts'

/** A kind that the project brings. */
export const sendCustom: Send<'custom'> = async ({ type, settings }, { notification, custom, signal }) => {
  const send = Object.hasOwn(custom, type) ? custom[type] : undefined
  if (!send) throw unknownType(type, Object.keys(custom))
  await Promise.race([send(notification, settings), endOf(signal, type)])
}

export const unknownType = (type: string, known: readonly string[]): RegiaError =>
  new RegiaError('INVALID_INPUT', `This server knows no notifier of type "${type}".`, {
    where: 'via.type',
    hint:
      known.length === 0
        ? 'Name its module under "kinds.notifiers" in regia.config.ts and start the server in that project.'
        : `The project brings: ${known.join(', ')}.`,
  })

/** The project's code cannot be stopped, but nobody waits for it any longer. */
const endOf = (signal: AbortSignal, type: string): Promise<never> =>
  new Promise((_, reject) => {
    const end = () => reject(new RegiaError('TIMEOUT', `The notifier of type "${type}" did not end in time.`))
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
