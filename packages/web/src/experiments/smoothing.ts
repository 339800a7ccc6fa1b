/**
 * An exponential moving average that does not lean on its start: each value is divided by the weight that has come together so far.
 * A gap stays a gap, and the average goes on after it.
 *
 * @param weight - Of what came before, 0 (nothing is smoothed) to below 1.
 * @see Kingma & Ba (2015), Adam, section 3, for the correction.
 */
export function smooth(values: readonly (number | null)[], weight: number): readonly (number | null)[] {
  if (weight <= 0) return values
  let mean = 0
  let known = 0
  return values.map((value) => {
    if (value === null) return null
    mean = weight * mean + (1 - weight) * value
    known = weight * known + (1 - weight)
    return mean / known
  })
}
