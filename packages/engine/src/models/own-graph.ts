import { type AnsweredBy, type ModelPackage, membersOf, RegiaError } from '@regia/core'

/**
 * For whatever needs the graph itself, not only answers.
 *
 * @param what - What cannot be done without one, such as "A file cannot be scored".
 * @throws RegiaError `MODEL_INVALID` for a model for which another server, or other endpoints, answer.
 */
export function assertOwnGraph({ answeredBy }: Pick<ModelPackage, 'answeredBy'>, what: string): void {
  if (!answeredBy) return
  throw new RegiaError('MODEL_INVALID', `${what}: the model has no graph of its own, ${whoAnswers(answeredBy)}.`, {
    where: 'answeredBy',
    hint: 'Send rows to its endpoint, with regia predict ENDPOINT --file ROWS, or name a model that has a graph.',
  })
}

const whoAnswers = (answeredBy: AnsweredBy): string =>
  answeredBy.kind === 'upstream'
    ? `the server ${answeredBy.url} answers for it`
    : `it asks the endpoints ${membersOf(answeredBy.composition).join(', ')}`
