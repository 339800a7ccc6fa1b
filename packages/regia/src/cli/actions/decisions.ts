import { DECIDERS, DECISION_KINDS, type Decision } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatTime } from './format.ts'
import { moreText } from './more-text.ts'
import { oneOf } from './one-of.ts'

type ListInput = {
  name: string
  by: string | undefined
  kind: readonly string[]
  limit: number
  cursor: string | undefined
}

/** What was decided about an endpoint, of whom and of what kinds one asks for. @throws RegiaError `INVALID_INPUT`, `NOT_FOUND`. */
export const listDecisions: Action<ListInput> = async ({ name, by, kind, limit, cursor }, context) => {
  const kinds = kind.map((each) => oneOf('--kind', DECISION_KINDS, each))
  const { client } = await context.connect({ needsGateway: true })
  const page = await client.endpoints.decisions(name, {
    limit,
    ...(cursor !== undefined && { cursor }),
    ...(by !== undefined && { by: oneOf('--by', DECIDERS, by) }),
    ...(kinds.length > 0 && { kinds }),
  })
  const { output } = context
  output.result(page, () =>
    page.items.length === 0
      ? 'No such decision.'
      : [decisionTable(page.items, output), ...moreText(page.nextCursor, context)].join('\n'),
  )
}

export const decisionTable = (decisions: readonly Decision[], output: Output) =>
  output.table(decisions, [
    { title: 'decision', value: (each) => each.kind },
    { title: 'from', value: (each) => String(each.fromVersion ?? ''), align: 'right' },
    { title: 'to', value: (each) => String(each.toVersion ?? ''), align: 'right' },
    { title: 'at', value: (each) => formatTime(each.at) },
    { title: 'by', value: (each) => each.by },
    { title: 'reason', value: (each) => each.reason, shrinks: true },
  ])
