/** A text as Python shows it: in single quotes, or in double ones where it has single ones inside. */
export function pythonText(text: string): string {
  const inner = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('\r', '\\r')
  if (inner.includes("'") && !inner.includes('"')) return `"${inner}"`
  return `'${inner.replaceAll("'", "\\'")}'`
}

/** A double as Python shows it. @example pythonFloat(9) // '9.0' */
export function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  const size = Math.abs(value)
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
  return Number.isInteger(value) ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value)
}
