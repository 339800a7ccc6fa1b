import type { Signature } from '@regia/core'
import type { InferAnswer, Output } from './outputs.ts'
import { refusal, show } from './refusal.ts'

/**
 * The classification extension: of each row of an output its greatest values, as texts `value:index:label`.
 *
 * @param count - How many of them a row; more than there are means all.
 * @throws RegiaError `INVALID_INPUT` for an output of texts or a count that is none.
 * @see https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_classification.md
 */
export function classification(output: Output, count: unknown, { classes }: Signature): Output {
  const where = `outputs "${output.name}".parameters.classification`
  if (typeof count !== 'number' || !Number.isInteger(count) || count < 1) {
    throw refusal(where, `"classification" must be a whole number of classes; it is ${show(count)}.`)
  }
  if (output.datatype !== 'FP32') {
    throw refusal(where, `Output "${output.name}" is of ${output.datatype}; only FP32 can be ranked as classes.`)
  }
  const width = output.columns ?? 1
  const columns = Math.min(count, width)
  const labels = width === classes?.length ? classes : undefined
  return {
    name: output.name,
    datatype: 'BYTES',
    columns,
    values: (answer) => ranked(output.values(answer), answer, width).flatMap((row) => row.slice(0, columns)),
  }

  function ranked(values: Float32Array, answer: InferAnswer, width: number): string[][] {
    return Array.from({ length: answer.count }, (_, row) => {
      const own = [...values.subarray(row * width, (row + 1) * width)].map((value, index) => ({ value, index }))
      return own
        .sort((a, b) => b.value - a.value)
        .map(({ value, index }) => [value, index, ...(labels ? [labels[index]] : [])].join(':'))
    })
  }
}
