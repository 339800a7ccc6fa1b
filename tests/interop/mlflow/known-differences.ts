import type { Call, Reply } from './call.ts'
import { isJson } from './normalise.ts'

type Rule = {
  readonly why: string
  readonly applies: (call: Call, theirs: Reply, ours: Reply) => boolean
}

const codeOf = ({ body }: Reply): unknown => (isJson(body) ? body.error_code : undefined)

/** Where Regia answers otherwise on purpose. docs/mlflow.md lists them for users. */
export const KNOWN_DIFFERENCES: readonly Rule[] = [
  {
    why: "a fault of the caller's is never a 5xx: clients would repeat it for minutes",
    applies: (_, theirs, ours) => theirs.status >= 500 && ours.status >= 400 && ours.status < 500,
  },
]

/** Why two replies may differ; `undefined` where they may not. */
export const excuse = (call: Call, theirs: Reply, ours: Reply): string | undefined =>
  KNOWN_DIFFERENCES.find(({ applies }) => applies(call, theirs, ours))?.why

export { codeOf }
