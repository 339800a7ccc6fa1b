import { RegiaError } from '@regia/core'
import { REQUEST_ID, type ReportFault } from '../../http/report-fault.ts'
import type { PredictProtocol } from './fast-lane.ts'

/** The protocol, telling somebody of what is no error of the caller's: its replies say nothing of the inside but the id under which to look. */
export const reportUnexpected = (protocol: PredictProtocol, report: ReportFault): PredictProtocol => ({
  ...protocol,
  errorBody: (error) => {
    const reply = protocol.errorBody(error)
    const isUnexpected = !(error instanceof RegiaError) || error.code === 'INTERNAL'
    return isUnexpected ? { ...reply, headers: { [REQUEST_ID]: report(error) } } : reply
  },
})
