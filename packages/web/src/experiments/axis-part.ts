type Pair = readonly [number, number]

/** The part of an axis that lies under a part of its pixels, whichever end was drawn first; never beyond the axis. */
export function axisPart(drawn: Pair, pixels: Pair, axis: Pair): Pair {
  const valueAt = (pixel: number) => {
    const share = (pixel - pixels[0]) / Math.max(1, pixels[1] - pixels[0])
    return axis[0] + Math.min(1, Math.max(0, share)) * (axis[1] - axis[0])
  }
  const [a, b] = [valueAt(drawn[0]), valueAt(drawn[1])]
  return [Math.floor(Math.min(a, b)), Math.ceil(Math.max(a, b))]
}
