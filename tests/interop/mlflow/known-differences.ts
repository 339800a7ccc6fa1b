import type { Call, Reply } from './call.ts'
import { isJson, normalised } from './normalise.ts'

type Rule = {
  readonly why: string
  readonly applies: (call: Call, theirs: Reply, ours: Reply) => boolean
}

const pointsOf = ({ body }: Reply): readonly string[] =>
  isJson(body) && Array.isArray(body.metrics) ? body.metrics.map((point) => JSON.stringify(point)) : []

/** Where Regia answers otherwise on purpose. docs/mlflow.md lists them for users. */
export const KNOWN_DIFFERENCES: readonly Rule[] = [
  {
    why: "a fault of the caller's is never a 5xx: clients would repeat it for minutes",
    applies: (_, theirs, ours) => theirs.status >= 500 && ours.status >= 400 && ours.status < 500,
  },
  {
    why: 'a sample of steps brings every point of them, as MLflow did until 3.16; the page that asks for it draws them all',
    applies: ({ path }, theirs, ours) =>
      path.endsWith('get-history-bulk-interval') && pointsOf(theirs).every((point) => pointsOf(ours).includes(point)),
  },
  {
    why: 'versions in lists have their aliases, which the original tells only of a single version',
    applies: (_, theirs, ours) => sameBut('aliases', theirs, ours),
  },
]

/** Whether replies are alike once what one field of versions in lists says is left out. */
function sameBut(field: string, theirs: Reply, ours: Reply): boolean {
  const without = ({ status, body }: Reply): Reply => ({
    status,
    body: JSON.parse(
      JSON.stringify(body, (key, value) =>
        LISTS.includes(key) && Array.isArray(value)
          ? value.map((item) => (isJson(item) ? { ...item, [field]: undefined } : item))
          : value,
      ),
    ),
  })
  return JSON.stringify(normalised(without(theirs))) === JSON.stringify(normalised(without(ours)))
}

const LISTS = ['model_versions', 'latest_versions']

/** Why two replies may differ; `undefined` where they may not. */
export const excuse = (call: Call, theirs: Reply, ours: Reply): string | undefined =>
  KNOWN_DIFFERENCES.find(({ applies }) => applies(call, theirs, ours))?.why
