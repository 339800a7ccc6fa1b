import { RegiaError } from '@regia/core'
import { ERROR_STATUS } from '../http/error-status.ts'
import { errorText, isOneText } from '../http/error-text.ts'
import { retryAfter } from '../http/retry-after.ts'
import type { WireReply } from '../http/wire-message.ts'

export type ErrorReply = { readonly status: number; readonly message: WireReply }
export type ToError = (error: unknown, path?: string) => ErrorReply

/** The error as a known one; what is unexpected says nothing of the inside. */
export const toKnownError = (error: unknown): RegiaError =>
  error instanceof RegiaError
    ? error
    : new RegiaError('INTERNAL', 'Regia failed in a way that it did not expect.', {
        hint: "This is a fault of Regia's, not yours. The server's log has the cause.",
        cause: error,
      })

export const statusOf = ({ code }: RegiaError): number => ERROR_STATUS[code]

/** Our own form of an error; protocols have theirs. */
export const errorBody = (error: unknown): string => JSON.stringify({ error: toKnownError(error).toBody() })

/** @param path - Of the request: what is no prediction has no protocol but its address. */
export const toErrorReply = (error: unknown, path = ''): ErrorReply => ({
  status: statusOf(toKnownError(error)),
  message: {
    body: isOneText(path) ? JSON.stringify({ error: errorText(toKnownError(error)) }) : errorBody(error),
    headers: retryAfter(error),
  },
})
