import type { Clock, Signature } from '@regia/core'
import { decodeInfer, type InferRequest, type ReadEventTime } from './decode-infer.ts'
import type { InferMessage } from './infer-message.ts'
import { type InferAnswer, VERSION } from './outputs.ts'
import { type SelectedOutput, selectOutputs } from './select-outputs.ts'

/** A request that was read, and how the answer becomes a reply. */
export type ParsedInfer<Reply> = Pick<InferRequest, 'rows' | 'at'> & {
  /** The version that the request names. */
  readonly version?: number
  /** Within which the request wants to be begun. */
  readonly timeoutMs?: number
  readonly reply: (answer: InferAnswer) => Reply
}

/** What a transport needs to write the reply. */
export type EncodeReply<Reply> = (
  answer: InferAnswer,
  id: string | undefined,
  outputs: readonly SelectedOutput[],
) => Reply

export type InferReading = { readonly clock: Clock; readonly readEventTime: ReadEventTime }

/** Reads a message of any transport by the signature of the version that answers. @throws RegiaError `INVALID_INPUT`. */
export function parseInfer<Reply>(
  message: InferMessage,
  signature: Signature,
  { clock, readEventTime }: InferReading,
  encode: EncodeReply<Reply>,
): ParsedInfer<Reply> {
  const { rows, at, id } = decodeInfer(message, signature, clock, readEventTime)
  const outputs = selectOutputs(signature, message.outputs, message.parameters)
  // The schedule policy extension counts in microseconds; 0 is its word for no limit.
  const { timeout } = message.parameters
  const timeoutMs = typeof timeout === 'number' && timeout > 0 ? timeout / 1000 : undefined
  const tellsVersions = !message.outputs || message.outputs.length === 0
  const reply = (answer: InferAnswer) =>
    encode(answer, id, tellsVersions && answer.versions ? withVersions(outputs) : outputs)
  return { rows, at, reply, ...(timeoutMs !== undefined && { timeoutMs }) }
}

/** Where a release split the request by row, each row says which version answered it. */
const withVersions = (outputs: readonly SelectedOutput[]): readonly SelectedOutput[] => [
  ...outputs,
  { output: VERSION, isBinary: outputs[0]?.isBinary ?? false },
]
