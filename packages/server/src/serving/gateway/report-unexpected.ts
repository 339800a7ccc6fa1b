import { RegiaError } from '@regia/core'
import type { PredictProtocol } from './fast-lane.ts'

/** The protocol, telling somebody of what is no error of the caller's: the short way has no log of its own, and its replies say nothing of the inside. */
export const reportUnexpected = (protocol: PredictProtocol, onError: (error: unknown) => void): PredictProtocol => ({
  ...protocol,
  errorBody: (error) => {
    if (!(error instanceof RegiaError) || error.code === 'INTERNAL') onError(error)
    return protocol.errorBody(error)
  },
})
