import { existsSync } from 'node:fs'
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The machine's own Chromium; `REGIA_CHROMIUM` names another one. */
export function openBrowser(): Promise<Browser> {
  const executablePath = process.env.REGIA_CHROMIUM ?? PLACES.find(existsSync)
  if (!executablePath)
    throw new Error('No Chromium found: install the package "chromium", or set REGIA_CHROMIUM to its path.')
  return chromium.launch({ executablePath, args: QUIET })
}

export type WatchedPage = {
  readonly page: Page
  readonly troubles: readonly string[]
  readonly close: () => Promise<void>
}

/** A page that remembers whatever a browser complains about. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 900 },
    reducedMotion: 'reduce',
    ...options,
  })
  const page = await context.newPage()
  const troubles: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning')
      troubles.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => troubles.push(`uncaught: ${error.message}`))
  page.on('response', (response) => {
    if (response.status() >= 400) troubles.push(`${response.status()} for ${response.url()}`)
  })
  return { page, troubles, close: () => context.close() }
}

/** Waits until a page shows its content: a title, and nothing that is still being read. */
export async function settle(page: Page): Promise<void> {
  await page.locator('h1').first().waitFor({ state: 'attached' })
  await page.waitForFunction(() => document.querySelectorAll('[aria-label="Loading"]').length === 0)
  await page.evaluate(() => document.fonts.ready)
}

/** Whether nothing has to be scrolled sideways, once charts and tables have found their width. */
export function fitsWidth(page: Page): Promise<boolean> {
  const settled = page.waitForFunction(() => document.documentElement.scrollWidth <= window.innerWidth, undefined, {
    timeout: 5_000,
  })
  return settled.then(
    () => true,
    () => false,
  )
}
