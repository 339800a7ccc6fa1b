import { useQuery } from '@tanstack/react-query'
import { experimentNamesQuery } from './queries.ts'

/** What an experiment is called; its id where it is not among the last changed ones. */
export function ExperimentName({ id }: { readonly id: string }) {
  const { data } = useQuery(experimentNamesQuery)
  const name = data?.get(id) ?? id
  return <span title={name}>{name}</span>
}
