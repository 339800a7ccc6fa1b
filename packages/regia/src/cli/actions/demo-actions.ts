import { type Demo, RegiaError } from '@regia/core'
import type { Action } from '../command.ts'
import type { Context } from '../context.ts'
import type { Output } from '../output.ts'
import { statusMark } from './status-mark.ts'

export const breakDemo: Action<{ action: string }> = (input, context) => act(input.action, true, context)
export const mendDemo: Action<{ action: string }> = (input, context) => act(input.action, false, context)

async function act(name: string, active: boolean, context: Context): Promise<void> {
  const { client } = await context.connect()
  const demo = await getDemo(client.demo.get())
  if (!demo.actions.some((action) => action.name === name)) {
    throw new RegiaError('NOT_FOUND', `The demo has nothing called "${name}" to ${active ? 'break' : 'mend'}.`, {
      hint: `It has: ${demo.actions.map((action) => action.name).join(', ') || 'nothing yet'}.`,
    })
  }
  const asked = await client.demo.act(name, active)
  context.output.result(
    asked,
    () => `Asked to ${active ? 'break' : 'mend'} "${name}". The control room shows what follows.`,
  )
}

export const demoStatus: Action<Record<never, never>> = async (_input, context) => {
  const { client } = await context.connect()
  const demo = await getDemo(client.demo.get())
  context.output.result(demo, () => describe(demo, context.output))
}

async function getDemo(asked: Promise<Demo | undefined>): Promise<Demo> {
  const demo = await asked
  if (demo) return demo
  throw new RegiaError('NOT_FOUND', 'No demo is running.', { hint: 'Start one with "regia demo".' })
}

function describe(demo: Demo, output: Output): string {
  const { style } = output
  const chapters = output.table(demo.chapters, [
    { title: 'chapter', value: (chapter) => chapter.title },
    { title: 'status', value: (chapter) => statusMark(chapter.status, style) },
    { title: 'done', value: (chapter) => `${Math.floor(chapter.progress * 100)} %`, align: 'right' },
    { title: 'detail', value: (chapter) => chapter.detail, shrinks: true },
  ])
  const actions = output.table(demo.actions, [
    { title: 'action', value: (action) => action.name },
    { title: 'now', value: (action) => (action.isActive ? style.red('■ broken') : style.green('● well')) },
    { title: 'what it does', value: (action) => action.description, shrinks: true },
  ])
  return [style.bold(demo.title), chapters, ...(demo.actions.length ? [actions] : [])].join('\n\n')
}
