import { quoted } from '../kernel/command-text.ts'
import { orderText } from './field.ts'
import type { RunsScope } from './run-request.ts'
import type { RunsSearch } from './search.ts'

/** The command that lists the same runs. */
export function cliCommand(id: string, { filter, sort }: RunsSearch): string {
  return [
    'regia experiments runs',
    ...(id === 'all' ? [] : [id]),
    ...(filter ? ['--filter', quoted(filter)] : []),
    ...(sort ? ['--order', quoted(orderText(sort))] : []),
  ].join(' ')
}

/** The call that answers the same runs. */
export const apiCall = (scope: RunsScope, { sort }: RunsSearch): string =>
  `POST /api/v1/tracking/search ${JSON.stringify({ ...scope, ...(sort && { orderBy: [orderText(sort)] }) })}`
