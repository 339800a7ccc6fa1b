/** The tokens that charts use, read from the page, so that one theme serves light and dark. */
export type Palette = Readonly<Record<ToneName, string>> & { readonly font: string }
export type ToneName =
  | 'champion'
  | 'challenger'
  | 'reference'
  | 'broken'
  | 'attention'
  | 'ink'
  | 'ink2'
  | 'ink3'
  | 'line'
  | 'lineStrong'
  | 'panel'
  | 'sunken'

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    champion: read('--champion'),
    challenger: read('--challenger'),
    reference: read('--reference'),
    broken: read('--broken'),
    attention: read('--attention'),
    ink: read('--ink'),
    ink2: read('--ink-2'),
    ink3: read('--ink-3'),
    line: read('--line'),
    lineStrong: read('--line-strong'),
    panel: read('--panel'),
    sunken: read('--sunken'),
    font: read('--font'),
  }
}
