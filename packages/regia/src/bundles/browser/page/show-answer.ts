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
  const bars = Object.entries(probabilities ?? {}).map(([name, value]) =>
    element(
      'tr',
      { class: name === label ? 'predicted' : undefined },
      element('th', { scope: 'row' }, name),
      element(
        'td',
        {},
        element('meter', { min: '0', max: '1', value: String(value), 'aria-label': `probability of ${name}` }),
      ),
      element('td', { class: 'figure' }, percent.format(value)),
    ),
  )
  place.replaceChildren(head, ...(bars.length === 0 ? [] : [element('table', {}, element('tbody', {}, ...bars))]))
}
