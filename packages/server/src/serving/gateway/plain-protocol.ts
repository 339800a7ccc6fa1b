import type { PredictProtocol } from './fast-lane.ts'
import { plainReply } from './plain-reply.ts'
import { parsePlainRequest } from './plain-request.ts'

/** Plain rows in, predictions out: `POST /api/v1/endpoints/NAME/predict`. */
export const plainProtocol = (errorBody: PredictProtocol['errorBody']): PredictProtocol => ({
  path: /^\/api\/v1\/endpoints\/([a-zA-Z0-9._-]+)\/predict$/,
  parse: (body, { spec }, clock) => ({
    ...parsePlainRequest(body, clock),
    reply: (answer) => plainReply(spec.name, answer),
  }),
  errorBody,
})
