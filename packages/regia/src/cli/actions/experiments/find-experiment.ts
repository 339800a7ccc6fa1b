import { type Experiment, RegiaError } from '@regia/core'
import type { RegiaClient } from '@regia/sdk'

/**
 * The experiment that a person means, by name or id.
 *
 * @param lifecycle - Where names are looked up: a deleted one may have the name of an active one.
 * @throws RegiaError `NOT_FOUND`.
 */
export async function findExperiment(
  client: RegiaClient,
  reference: string,
  lifecycle: 'active' | 'deleted' = 'active',
): Promise<Experiment> {
  const named = await findByName(client, reference, lifecycle)
  if (named) return named
  if (/^\d{1,18}$/.test(reference)) return client.experiments.get(reference)
  const kind = lifecycle === 'deleted' ? 'deleted experiment' : 'experiment'
  throw new RegiaError('NOT_FOUND', `There is no ${kind} "${reference}".`, {
    hint: `"regia experiments list${lifecycle === 'deleted' ? ' --deleted' : ''}" lists them.`,
  })
}

async function findByName(
  client: RegiaClient,
  name: string,
  lifecycle: 'active' | 'deleted',
): Promise<Experiment | undefined> {
  let cursor: string | undefined
  do {
    const page = await client.experiments.list({ search: name, lifecycle, limit: 1000, ...(cursor && { cursor }) })
    const found = page.items.find((experiment) => experiment.name === name)
    if (found) return found
    cursor = page.nextCursor
  } while (cursor)
  return undefined
}
