import type { Context } from '../context.ts'

/** How to see the next page. */
export const moreText = (cursor: string | undefined, { output }: Pick<Context, 'output'>): string[] =>
  cursor === undefined ? [] : ['', output.style.dim(`There is more: --cursor ${cursor}`)]
