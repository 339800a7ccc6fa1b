import { ALIAS_REQUEST_STATUSES, type AliasRequest } from '@regia/core'
import type { Action } from '../command.ts'
import { formatTime } from './format.ts'
import { parseModelReference } from './model-reference.ts'
import { moreText } from './more-text.ts'
import { oneOf } from './one-of.ts'

type RequestInput = {
  readonly model: string
  readonly alias: string
  readonly reason: string | undefined
  readonly by: string | undefined
}

export const requestAlias: Action<RequestInput> = async (input, context) => {
  const { model, version } = parseModelReference(input.model)
  const { client } = await context.connect()
  const { output } = context
  const request = await client.models.request(model, {
    alias: input.alias,
    version,
    ...(input.reason !== undefined && { reason: input.reason }),
    ...(input.by !== undefined && { by: input.by }),
  })
  output.result(request, () => `Request ${request.id} waits: ${input.alias} of ${model} to version ${request.version}.`)
}

type ListInput = {
  readonly model: string | undefined
  readonly status: string | undefined
  readonly limit: number
  readonly cursor: string | undefined
}

export const listRequests: Action<ListInput> = async (input, context) => {
  const { client } = await context.connect()
  const { output } = context
  const page = await client.models.requests({
    limit: input.limit,
    ...(input.cursor !== undefined && { cursor: input.cursor }),
    ...(input.model !== undefined && { model: input.model }),
    ...(input.status !== undefined && { status: oneOf('--status', ALIAS_REQUEST_STATUSES, input.status) }),
  })
  output.result(page, () =>
    page.items.length === 0
      ? 'No requests.'
      : [
          output.table(page.items, [
            { title: 'request', value: ({ id }) => String(id), align: 'right' },
            { title: 'status', value: ({ status }) => status },
            { title: 'move', value: moveText },
            { title: 'asked by', value: ({ requestedBy }) => requestedBy },
            { title: 'at', value: ({ requestedAt }) => formatTime(requestedAt) },
            { title: 'why', value: ({ reason }) => reason, shrinks: true },
            { title: 'decided', value: decisionText, shrinks: true },
          ]),
          ...moreText(page.nextCursor, context),
        ].join('\n'),
  )
}

const moveText = ({ model, alias, fromVersion, version }: AliasRequest) =>
  `${model}@${alias} ${fromVersion ?? 'none'} → ${version}`

const decisionText = ({ decidedBy, comment }: AliasRequest) => [decidedBy, comment].filter(Boolean).join(': ')

type DecisionInput = {
  readonly request: number | string
  readonly comment: string | undefined
  readonly by: string | undefined
}

const DONE = { approve: 'approved', reject: 'rejected', withdraw: 'withdrawn' } as const

const decide =
  (act: keyof typeof DONE): Action<DecisionInput> =>
  async (input, context) => {
    const { client } = await context.connect({ needsGateway: act === 'approve' })
    const { output } = context
    const decided = await client.models[act](Number(input.request), {
      ...(input.comment !== undefined && { comment: input.comment }),
      ...(input.by !== undefined && { by: input.by }),
    })
    output.result(decided, () => {
      const moved = act === 'approve' ? ` ${decided.alias} of ${decided.model} is now version ${decided.version}.` : ''
      return `${output.style.green('✓')} Request ${decided.id} is ${DONE[act]}.${moved}`
    })
  }

export const approveRequest = decide('approve')
export const rejectRequest = decide('reject')
export const withdrawRequest = decide('withdraw')
