import { quoted } from '../kernel/command-text.ts'
import { equalsAny, orderText } from './field.ts'
import { layoutOf, type RunsScope } from './run-request.ts'
import { partsOf, type RunsSearch } from './search.ts'

/** The command that lists the same runs. */
export function cliCommand(id: string, search: RunsSearch): string {
  const { filter, sort, columns, lifecycle } = search
  const listed = partsOf(columns).filter((id) => !id.startsWith('curves.'))
  const compared = comparedOf(search)
  if (compared.length > 1) return `regia experiments compare ${compared.join(' ')}`
  return [
    'regia experiments runs',
    ...(id === 'all' ? [] : [id]),
    ...(filter ? ['--filter', quoted(filter)] : []),
    ...(listed.length > 0 ? ['--columns', quoted(listed.join(','))] : []),
    ...(layoutOf(search) === 'flat' ? ['--children'] : []),
    ...(lifecycle === 'deleted' ? ['--deleted'] : []),
    ...(sort ? ['--order-by', quoted(orderText(sort))] : []),
  ].join(' ')
}

/** The call that answers the same runs. */
export function apiCall(scope: RunsScope, search: RunsSearch): string {
  const { sort, lifecycle } = search
  const compared = comparedOf(search)
  const body =
    compared.length > 1
      ? { filter: equalsAny('id', compared), lifecycle: lifecycle ?? 'all' }
      : { ...scope, ...(sort && { orderBy: [orderText(sort)] }) }
  return `POST /api/v1/tracking/search ${JSON.stringify(body)}`
}

const comparedOf = ({ tab, selected }: RunsSearch) => (tab === 'compare' ? partsOf(selected) : [])
