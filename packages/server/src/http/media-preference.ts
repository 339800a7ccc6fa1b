/** Whether a body of this type came, whatever its parameters. */
export const isOfType = (contentType: string | undefined, type: string): boolean =>
  (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase() === type

/** Whether who sent this `accept` would rather have `type` than `other`; where it is silent about both, `other`. */
export function prefers(accept: string | undefined, type: string, other: string): boolean {
  if (accept === undefined || !accept.toLowerCase().includes(type)) return false
  return weightOf(accept, type) >= weightOf(accept, other) && weightOf(accept, type) > 0
}

function weightOf(accept: string, type: string): number {
  for (const part of accept.split(',')) {
    const [name, ...parameters] = part.split(';').map((text) => text.trim().toLowerCase())
    if (name !== type) continue
    const quality = parameters.find((text) => text.startsWith('q='))
    return quality === undefined ? 1 : Number(quality.slice(2)) || 0
  }
  return 0
}
