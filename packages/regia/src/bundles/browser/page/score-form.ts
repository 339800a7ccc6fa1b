import { rowFormatOf } from '@regia/engine'
import { element, part } from './element.ts'
import { type FromWorker, type ToWorker, WORKER_NAME } from './messages.ts'

const count = new Intl.NumberFormat('en')

/** Scores a file in a worker, tells how far it is, and offers the result; nothing of it leaves the browser. */
export function showScoreForm(): void {
  const form = part('score')
  const input = part('file')
  const progress = part('progress')
  const told = part('scored')
  let worker: Worker | undefined
  const stop = (): void => {
    worker?.terminate()
    worker = undefined
    progress.hidden = true
    part('cancel').hidden = true
  }
  part('cancel').addEventListener('click', () => {
    stop()
    told.replaceChildren(element('p', {}, 'Cancelled.'))
  })
  const fault = (...texts: readonly string[]): void => {
    stop()
    told.replaceChildren(element('p', { class: 'fault', role: 'alert' }, texts.filter((text) => text !== '').join(' ')))
  }
  const receive = (file: File, message: FromWorker): void => {
    if (message.kind === 'progress') {
      if (progress instanceof HTMLProgressElement) progress.value = message.readBytes / Math.max(1, file.size)
      told.textContent = `${count.format(message.rowCount)} rows`
    } else if (message.kind === 'failed') {
      const { where, message: text, hint } = message.error
      fault(where === undefined || text.includes(where) ? '' : `${where}:`, text, hint ?? '')
    } else {
      stop()
      showResult(told, file.name, message)
    }
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    stop()
    const file = input instanceof HTMLInputElement ? input.files?.[0] : undefined
    if (!file) return fault('Choose a file first.')
    const format = rowFormatOf(file.name)
    if (!format) return fault('Its name must end in .csv, .jsonl or .ndjson.')
    try {
      worker = new Worker(import.meta.url, { type: 'module', name: WORKER_NAME })
    } catch (error) {
      // A policy of the server may forbid it.
      return fault(`The worker cannot be started: ${String(error)}.`)
    }
    worker.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => receive(file, data))
    worker.addEventListener('error', ({ message }) => fault(`The worker ended: ${message}.`))
    const request: ToWorker = { file, format }
    worker.postMessage(request)
    told.textContent = 'Loading the model …'
    progress.hidden = false
    part('cancel').hidden = false
  })
  form.hidden = false
}

function showResult(place: HTMLElement, name: string, done: Extract<FromWorker, { kind: 'done' }>): void {
  const { result, rowCount, durationMs } = done
  const seconds = (durationMs / 1000).toFixed(1)
  const download = name.replace(/(\.\w+)$/, '.scored$1')
  place.replaceChildren(
    element('p', {}, `${count.format(rowCount)} rows in ${seconds} s.`),
    element('a', { href: URL.createObjectURL(result), download, class: 'button' }, `Download ${download}`),
  )
}
