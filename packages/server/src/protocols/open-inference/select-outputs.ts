import { RegiaError, type Signature } from '@regia/core'
import { classification } from './classification.ts'
import type { JsonRecord, OutputMessage } from './infer-message.ts'
import { findOutput, type Output, outputsOf } from './outputs.ts'
import { refusal, show } from './refusal.ts'

/** An output that a reply shall have, and whether as binary data. */
export type SelectedOutput = { readonly output: Output; readonly isBinary: boolean }

/**
 * The outputs that a request asks for, in its order; all where it names none.
 *
 * @throws RegiaError `INVALID_INPUT` for an output that there is not, or that is asked for twice.
 */
export function selectOutputs(
  signature: Signature,
  asked: readonly OutputMessage[] | undefined,
  parameters: JsonRecord,
): readonly SelectedOutput[] {
  const all = outputsOf(signature)
  const isBinary = flag(parameters.binary_data_output, 'parameters.binary_data_output') ?? false
  if (!asked || asked.length === 0) return all.map((output) => ({ output, isBinary }))
  const seen = new Set<string>()
  return asked.map(({ name, parameters: own }, i) => {
    const output = findOutput(signature, name)
    if (!output) throw unknownOutput(name, all)
    if (seen.has(output.name)) throw refusal(`outputs[${i}]`, `Output "${output.name}" is asked for twice.`)
    seen.add(output.name)
    return {
      output: own.classification === undefined ? output : classification(output, own.classification, signature),
      isBinary: flag(own.binary_data, `outputs[${i}].parameters.binary_data`) ?? isBinary,
    }
  })
}

function flag(value: unknown, where: string): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw refusal(where, `It must be true or false; it is ${show(value)}.`)
}

const unknownOutput = (name: unknown, all: readonly Output[]): RegiaError =>
  new RegiaError('INVALID_INPUT', `There is no output ${show(name)}.`, {
    where: 'outputs',
    hint: `There is: ${all.map((one) => one.name).join(', ')}.`,
  })
