import type { IdFactory } from '@regia/core'
import type { FastifyBaseLogger } from 'fastify'

/** Writes an error that nobody foresaw to the server's log. @returns The id under which it stands there, for the answer, which says nothing of the inside. */
export type ReportFault = (error: unknown) => string

/** The header of an answer that names the request's id. */
export const REQUEST_ID = 'x-request-id'

/** For what is answered past the framework, which does the same by itself. */
export const reportTo =
  (logger: Pick<FastifyBaseLogger, 'error'>, newId: IdFactory): ReportFault =>
  (error) => {
    const requestId = newId('request')
    logger.error({ err: error, requestId }, 'unexpected error')
    return requestId
  }
