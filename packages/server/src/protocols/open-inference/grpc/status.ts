import { status } from '@grpc/grpc-js'
import type { RegiaError } from '@regia/core'
import { ERROR_STATUS } from '../../../http/error-status.ts'
import { errorText } from '../../../http/error-text.ts'

/** The status of gRPC for what HTTP says of an error. @see https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
const STATUS_OF_HTTP: Readonly<Record<number, status>> = {
  400: status.INVALID_ARGUMENT,
  401: status.UNAUTHENTICATED,
  403: status.PERMISSION_DENIED,
  404: status.NOT_FOUND,
  409: status.FAILED_PRECONDITION,
  413: status.RESOURCE_EXHAUSTED,
  422: status.INVALID_ARGUMENT,
  429: status.RESOURCE_EXHAUSTED,
  499: status.CANCELLED,
  501: status.UNIMPLEMENTED,
  503: status.UNAVAILABLE,
  504: status.DEADLINE_EXCEEDED,
}

export const toStatus = (error: RegiaError): { readonly code: status; readonly details: string } => ({
  code: STATUS_OF_HTTP[ERROR_STATUS[error.code]] ?? status.INTERNAL,
  details: errorText(error),
})
