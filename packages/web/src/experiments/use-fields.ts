import { useDebouncedValue } from '@mantine/hooks'
import type { TrackingFields } from '@regia/core'
import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { mergeFields } from './merge-fields.ts'
import { fieldsQuery } from './queries.ts'

/** So many keys of a kind the server names at most, the most used first. */
const MOST_NAMED = 2_000
const PAUSE_MS = 200

/** The keys of some experiments; where there are more than are named, also those that begin with what is being looked for. */
export function useFields(experiments: readonly string[] | undefined, looked = ''): TrackingFields | undefined {
  const { data } = useQuery(fieldsQuery(experiments))
  const [prefix] = useDebouncedValue(looked.trim(), PAUSE_MS)
  const isCut = data !== undefined && Object.values(data).some((keys) => keys.length >= MOST_NAMED)
  const { data: found } = useQuery({ ...fieldsQuery(experiments, prefix), enabled: isCut && prefix !== '' })
  return useMemo(() => data && mergeFields(data, isCut ? found : undefined), [data, isCut, found])
}
