import { showAskForm } from './ask-form.ts'
import { element, part } from './element.ts'
import { load } from './load.ts'
import { WORKER_NAME } from './messages.ts'
import { serveWorker } from './score-file-worker.ts'
import { showScoreForm } from './score-form.ts'

export type { BrowserModel, PagePrediction } from './load.ts'
export { load } from './load.ts'

// One file for three: the page of the folder, the worker that it starts, and a module for the pages of others.
if (typeof document === 'undefined') {
  if (self.name === WORKER_NAME) serveWorker()
} else if (document.documentElement.hasAttribute('data-regia-page')) await showPage()

async function showPage(): Promise<void> {
  const state = part('state')
  try {
    const loaded = await load()
    state.replaceChildren('Ready: it answers its example as it did when it was packaged.')
    state.dataset.state = 'ready'
    showAskForm(loaded)
    showScoreForm()
  } catch (error) {
    state.replaceChildren(element('span', { role: 'alert' }, error instanceof Error ? error.message : String(error)))
    state.dataset.state = 'failed'
  }
}
