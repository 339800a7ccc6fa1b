import axe, { type AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'

/** Serious and critical findings, each with the rule and where it was found. In the dark only what the dark changes is looked at again. */
export async function seriousFindings(page: Page, colorScheme: 'light' | 'dark'): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const rules = colorScheme === 'dark' ? '["color-contrast"]' : 'undefined'
  const results: AxeResults = await page.evaluate(
    `axe.run(document, { runOnly: ${rules}, resultTypes: ['violations'] })`,
  )
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) =>
        `${id}: ${help} (${nodes
          .slice(0, 4)
          .map(({ html }) => html.slice(0, 160))
          .join(' | ')})`,
    )
}
