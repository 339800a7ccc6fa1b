import type { Signature } from '@regia/core'
import { element } from './element.ts'
import type { PagePrediction } from './load.ts'

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 })
const number = new Intl.NumberFormat('en', { maximumSignificantDigits: 6 })

/** The answer to one row: the class with all probabilities, or the value. */
export function showAnswer(
  place: HTMLElement,
  { target }: Signature,
  { label, score, probabilities }: PagePrediction,
): void {
  const head = element('p', { class: 'value' }, element('span', { class: 'of' }, target), label ?? number.format(score))
  const rows = Object.entries(probabilities ?? {}).map(([name, value]) =>
    element(
      'tr',
      { class: name === label ? 'predicted' : undefined },
      element('th', { scope: 'row' }, name),
      element('td', {}, barOf(value)),
      element('td', { class: 'figure' }, element('data', { value: String(value) }, percent.format(value))),
    ),
  )
  place.replaceChildren(head, ...(rows.length === 0 ? [] : [element('table', {}, element('tbody', {}, ...rows))]))
}

/** Only shows what stands beside it. */
function barOf(fraction: number): HTMLElement {
  const filled = element('span')
  filled.style.width = `${fraction * 100}%`
  return element('span', { class: 'bar', 'aria-hidden': 'true' }, filled)
}
