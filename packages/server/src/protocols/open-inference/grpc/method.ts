import type { MessageName } from './messages.ts'

/** The call that a request came with, as far as methods look at it. */
export type GrpcCall = {
  readonly cancelled: boolean
  /** When the caller stops waiting. */
  readonly getDeadline: () => Date | number
}

/** A method that answers one message with one. */
export type GrpcMethod = {
  readonly name: string
  readonly request: MessageName
  readonly response: MessageName
  /** Whether everybody may ask, as for `GET /health`. */
  readonly isOpen?: boolean
  readonly answer: (request: unknown, call: GrpcCall) => object | Promise<object>
}
