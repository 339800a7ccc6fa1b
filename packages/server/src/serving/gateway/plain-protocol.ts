import { parseJson } from '../../http/wire-message.ts'
import type { PredictProtocol } from './fast-lane.ts'
import { plainReply } from './plain-reply.ts'
import { parsePlainRequest } from './plain-request.ts'

/** Plain rows in, predictions out: `POST /api/v1/endpoints/NAME/predict`. */
export const plainProtocol = (errorBody: PredictProtocol['errorBody']): PredictProtocol => ({
  path: /^\/api\/v1\/endpoints\/([a-zA-Z0-9._-]+)\/predict$/,
  isPlain: (headers) => (headers['content-type'] ?? '').startsWith('application/json'),
  packsReplies: false,
  parse: ({ body }, { spec }, clock) => ({
    ...parsePlainRequest(parseJson(body), clock),
    reply: (answer) => ({ body: plainReply(spec.name, answer) }),
  }),
  errorBody,
})
