import { type EndpointReference, RegiaError } from '@regia/core'
import type { Action } from '../command.ts'
import type { Output } from '../output.ts'
import { formatNumber, formatTime } from './format.ts'

type Input = {
  readonly name: string
  readonly take: boolean
  readonly from: string | undefined
  readonly until: string | undefined
}

export const endpointReference: Action<Input> = async ({ name, take, from, until }, context) => {
  if (!take && (from !== undefined || until !== undefined)) throw spanOnly()
  const { client } = await context.connect()
  const span = { ...(from !== undefined && { from }), ...(until !== undefined && { until }) }
  const reference = await (take ? client.endpoints.takeReference(name, span) : client.endpoints.reference(name))
  context.output.result(
    reference,
    () => `${name} version ${reference.version}: ${describeReference(reference, context.output)}`,
  )
}

/** What windows are compared with, in a line. */
export function describeReference(
  { source, rowCount, from, until, hint }: EndpointReference,
  { style }: Output,
): string {
  if (source === 'none') return `${style.yellow('▲')} there is nothing to compare with. ${hint ?? ''}`
  const rows = `${formatNumber(rowCount)} rows`
  if (source === 'training') return `compared with ${rows} of its training`
  return `compared with ${rows} that were predicted from ${formatTime(from)} to ${formatTime(until)}`
}

const spanOnly = (): RegiaError =>
  new RegiaError('INVALID_INPUT', 'A span of time is of predictions that are taken.', {
    where: '--from, --until',
    hint: 'Add --take to take them as the reference.',
  })
