import type { BundleContext } from '../bundle-target.ts'

/** Nothing from elsewhere, no inline code; WebAssembly may be compiled. A server may send the same as a header. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'"

/** `index.html`: what stands there before the model is loaded; all paths are relative. */
export function pageHtml({ model, regia }: BundleContext): string {
  const name = escapeHtml(model.name)
  return `<!doctype html>
<html lang="en" data-regia-page>
<head>
<meta charset="utf-8">
<meta http-equiv="content-security-policy" content="${PAGE_POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}, version ${model.version}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="./page.css">
<script type="module" src="./regia-model.js"></script>
</head>
<body>
<header>
<h1>${name} <span>version ${model.version}</span></h1>
<p id="state" role="status">Loading the model: 14 MB, once.</p>
<noscript><p class="fault">The model runs in this page, for which it needs JavaScript.</p></noscript>
</header>
<main>
<section aria-labelledby="ask-title">
<h2 id="ask-title">Ask</h2>
<form id="ask" hidden novalidate>
<button type="submit">Predict</button>
</form>
<div id="answer" role="status"></div>
</section>
<section aria-labelledby="score-title">
<h2 id="score-title">Score a file</h2>
<form id="score" hidden novalidate>
<label for="file">CSV with a header, or one JSON object a line</label>
<input id="file" type="file" accept=".csv,.jsonl,.ndjson">
<p class="hint">It is read here, in this browser, and sent nowhere. Columns that the model does not take are kept.</p>
<div class="row"><button type="submit">Score</button><button id="cancel" class="quiet" type="button" hidden>Cancel</button></div>
</form>
<progress id="progress" max="1" value="0" aria-label="How much of the file is scored" hidden></progress>
<div id="scored" role="status"></div>
</section>
<section aria-labelledby="use-title">
<h2 id="use-title">In a page of your own</h2>
<pre tabindex="0"><code>import { load } from './regia-model.js'
const model = await load()
const [answer] = await model.predict([${escapeHtml(JSON.stringify(model.manifest.example.rows[0]))}])</code></pre>
</section>
</main>
<footer><p>Model package ${model.digest}. Made by Regia ${escapeHtml(regia)}.</p></footer>
</body>
</html>
`
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (char) => ESCAPES[char]!)
