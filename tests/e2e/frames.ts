import type { Page } from 'playwright-core'

/** Milliseconds between frames that were drawn while something was done. */
export async function framesWhile(page: Page, act: () => Promise<void>): Promise<readonly number[]> {
  await page.evaluate(() => {
    const frames: number[] = []
    const watch = { frames, isOn: true }
    Object.assign(window, { watch })
    let last = performance.now()
    const tick = (now: number) => {
      frames.push(now - last)
      last = now
      if (watch.isOn) requestAnimationFrame(tick)
    }
    requestAnimationFrame(tick)
  })
  await act()
  return page.evaluate('window.watch.isOn = false, window.watch.frames.slice(2)')
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
