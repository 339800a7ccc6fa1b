import { RegiaError, type Row, type SignatureColumn } from '@regia/core'
import { csvRowReader } from '@regia/engine'
import { element, part } from './element.ts'
import type { BrowserModel } from './load.ts'
import { showAnswer } from './show-answer.ts'

const HINTS: Readonly<Record<SignatureColumn['type'], string>> = {
  float: 'number',
  int: 'whole number',
  bool: 'true or false',
  string: 'text',
  timestamp: 'time, such as 2001-01-31T10:05:00Z',
}

type Field = { readonly input: HTMLInputElement | HTMLSelectElement; readonly fault: HTMLElement }

/** One field an input of the model, filled in with its example; its texts are read as cells of a CSV file are. */
export function showAskForm({ model, predict }: BrowserModel): void {
  const { signature, example } = model
  const fields = new Map(
    signature.inputs.map((column) => [column.name, fieldOf(column, example.rows[0]?.[column.name])]),
  )
  const names = [...fields.keys()]
  const toRow = csvRowReader({ cells: names, line: 1 }, signature)
  const ask = async (): Promise<void> => {
    for (const field of fields.values()) mark(field, '')
    part('answer').replaceChildren()
    try {
      const row: Row = toRow({ cells: names.map((name) => fields.get(name)!.input.value), line: 1 }, 1)
      showAnswer(part('answer'), signature, (await predict([row]))[0]!)
    } catch (error) {
      showFault(error, fields)
    }
  }
  const form = part('ask')
  form.prepend(
    element('div', { class: 'fields' }, ...signature.inputs.map(({ name }) => fields.get(name)!.input.closest('div')!)),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    void ask()
  })
  form.hidden = false
  void ask()
}

function fieldOf(column: SignatureColumn, example: unknown): Field {
  const { name, type, nullable, description } = column
  // A list of ids is divided at blanks.
  const id = `input-${name.replace(/\s/g, '_')}`
  const described = { id, name, 'aria-describedby': `${id}-hint ${id}-fault`, autocomplete: 'off', spellcheck: 'false' }
  const value = example === null || example === undefined ? '' : String(example)
  const input =
    type === 'bool' ? choice(described, nullable, value) : element('input', { ...described, type: 'text', value })
  const fault = element('p', { class: 'fault', id: `${id}-fault` })
  const hint = `${HINTS[type]}${nullable ? ', may be empty' : ''}${description === undefined ? '' : `. ${description}`}`
  element(
    'div',
    { class: 'field' },
    element('label', { for: id }, name),
    input,
    element('p', { class: 'hint', id: `${id}-hint` }, hint),
    fault,
  )
  return { input, fault }
}

function choice(attributes: Readonly<Record<string, string>>, nullable: boolean, value: string): HTMLSelectElement {
  const values = [...(nullable ? [''] : []), 'true', 'false']
  return element(
    'select',
    attributes,
    ...values.map((each) => element('option', { value: each, selected: each === value }, each || '—')),
  )
}

function mark({ input, fault }: Field, message: string): void {
  input.toggleAttribute('aria-invalid', false)
  if (message !== '') input.setAttribute('aria-invalid', 'true')
  fault.textContent = message
}

/** At the field where the error names one, else where the answer would be. */
function showFault(error: unknown, fields: ReadonlyMap<string, Field>): void {
  const name = error instanceof RegiaError ? (error.data?.column ?? undefined) : undefined
  const field = typeof name === 'string' ? fields.get(name) : undefined
  const message = error instanceof Error ? error.message : String(error)
  if (field) {
    mark(field, message.replace(/ of row 1/, ''))
    field.input.focus()
  } else part('answer').replaceChildren(element('p', { class: 'fault', role: 'alert' }, message))
}
