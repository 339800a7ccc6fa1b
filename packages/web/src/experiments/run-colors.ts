const HUES = 8
const DASHES: readonly ('solid' | readonly number[])[] = ['solid', [6, 3], [2, 3]]

/** How the run at this place is drawn: eight hues, then the same dashed, then dotted. */
export type RunStroke = { readonly variable: string; readonly dash: 'solid' | readonly number[] }

export const runStroke = (index: number): RunStroke => ({
  variable: `--run-${(index % HUES) + 1}`,
  dash: DASHES[Math.floor(index / HUES) % DASHES.length] ?? 'solid',
})

/** The colour behind a variable, as a canvas needs it. */
export const readColor = (variable: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(variable).trim()
