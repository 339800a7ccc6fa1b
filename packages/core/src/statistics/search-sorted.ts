type Numbers = Float64Array | readonly number[]

/** How many of the ascending `sorted` are < `value`. */
export function countBelow(sorted: Numbers, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

/** How many of the ascending `sorted` are ≤ `value`: also the index of the bin [edge, next edge) that holds it. */
export function countUpTo(sorted: Numbers, value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= value) low = middle + 1
    else high = middle
  }
  return low
}
