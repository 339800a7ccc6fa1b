import {
  type FilterClause,
  type FilterGrammar,
  type FilterOperator,
  parseFilter,
  type RegistrySearch,
} from '@regia/core'
import { text, texts } from '../wire/index.ts'
import { IS_PROMPT } from './prompt-tags.ts'
import { pageSize } from './registry-fields.ts'

const TEXT: readonly FilterOperator[] = ['=', '!=', 'LIKE', 'ILIKE']
const NAMES: readonly FilterOperator[] = [...TEXT, 'IN', 'NOT IN']

const TIMES = [
  { name: 'created', aliases: ['creation_timestamp'], type: 'time' },
  { name: 'updated', aliases: ['last_updated_timestamp', 'timestamp'], type: 'time' },
] as const

/** What the protocol lets ask of registered models. */
export const WIRE_MODEL_GRAMMAR: FilterGrammar = {
  subject: 'registered models',
  namesByAlias: true,
  entities: ['tag'],
  attributes: [{ name: 'name', type: 'text', operators: NAMES }, ...TIMES],
}

/** What the protocol lets ask of model versions. */
export const WIRE_VERSION_GRAMMAR: FilterGrammar = {
  subject: 'model versions',
  namesByAlias: true,
  entities: ['tag'],
  attributes: [
    { name: 'model', aliases: ['name'], type: 'text', operators: NAMES },
    { name: 'version', aliases: ['version_number'], type: 'number' },
    { name: 'run', aliases: ['run_id'], type: 'text', operators: NAMES, isSortable: false },
    { name: 'source', aliases: ['source_path'], type: 'text', operators: TEXT, isSortable: false },
    ...TIMES,
  ],
}

export const searchFields = (most: number) => ({
  filter: text(),
  max_results: pageSize(most),
  order_by: texts(),
  page_token: text(),
})

type Asked = {
  readonly filter?: string | undefined
  readonly max_results?: number | undefined
  readonly order_by?: readonly string[] | undefined
  readonly page_token?: string | undefined
}

/**
 * A search as the registry takes it. Prompts are left out unless the filter asks for them; `is_prompt != 'true'` and `is_prompt = 'false'` mean what
 * has no such tag, which no condition on a tag can say.
 */
export function searchOf(asked: Asked, grammar: FilterGrammar, limit: number): RegistrySearch {
  const filter = asked.filter ?? ''
  const clauses = parseFilter(filter, grammar)
  const aboutPrompts = clauses.filter(isAboutPrompts)
  const paged = {
    orderBy: asked.order_by ?? [],
    limit: asked.max_results ?? limit,
    cursor: asked.page_token || undefined,
    grammar,
  }
  const [first] = aboutPrompts
  if (first && wantsPrompts(first)) return { filter, ...paged }
  const rest = clauses.filter((clause) => !isAboutPrompts(clause)).map(({ from, until }) => filter.slice(from, until))
  return { filter: rest.join(' AND '), ...paged, withoutTag: { key: IS_PROMPT, value: 'true' } }
}

const isAboutPrompts = ({ entity, key }: FilterClause): boolean => entity === 'tag' && key === IS_PROMPT

function wantsPrompts({ operator, value }: FilterClause): boolean {
  const word = String(value).toLowerCase()
  return (operator === '=' && word === 'true') || (operator === '!=' && word === 'false')
}
