/** `page.css`: the tokens of the control room, light and dark, and what this one page needs of them. */
export const PAGE_STYLE = `:root {
  --font: "Inter Variable", system-ui, sans-serif; --mono: "JetBrains Mono Variable", ui-monospace, monospace;
  --well: #1a9d5a; --attention: #b7860b; --broken: #c22f2f; --champion: #2f6fe4;
  --paper: #fbfbfa; --panel: #ffffff; --sunken: #f3f3f1; --line: #e4e4e0; --line-strong: #cfcfca;
  --ink: #16181d; --ink-2: #4b5260; --ink-3: #626a78; --on-ink: #ffffff;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --well: #3ecf8e; --attention: #e8b931; --broken: #f26d6d; --champion: #6aa1ff;
    --paper: #0e1014; --panel: #15181e; --sunken: #101318; --line: #232830; --line-strong: #343b46;
    --ink: #e9ecf1; --ink-2: #a9b2c0; --ink-3: #8a94a3; --on-ink: #0e1014;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 14px/1.5 var(--font); }
header, main, footer { max-width: 880px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 32px; }
h1 { font-size: 20px; font-weight: 600; margin: 0; overflow-wrap: anywhere; }
h1 span { color: var(--ink-3); font-weight: 400; }
h2 { font-size: 14px; font-weight: 600; margin: 0 0 12px; }
section { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 16px; margin: 16px 0; }
p { margin: 0; }
code, pre { font: 12.5px/1.5 var(--mono); }
pre { background: var(--sunken); border-radius: 5px; padding: 12px; margin: 8px 0 0; overflow-x: auto; }
[hidden] { display: none !important; }
#state { color: var(--ink-2); font-size: 12.5px; margin-top: 4px; }
#state::before { content: "○ "; color: var(--ink-3); }
#state[data-state="ready"]::before { content: "● "; color: var(--well); }
#state[data-state="failed"]::before { content: "■ "; color: var(--broken); }
.fields { display: grid; grid-template-columns: repeat(auto-fill, minmax(220px, 1fr)); gap: 12px 16px; margin-bottom: 16px; }
label { display: block; font-size: 12.5px; font-weight: 500; overflow-wrap: anywhere; }
input[type="text"], select, input[type="file"] {
  width: 100%; min-height: 34px; padding: 5px 10px; margin-top: 4px; border: 1px solid var(--line-strong); border-radius: 5px;
  background: var(--panel); color: var(--ink); font: inherit;
}
[aria-invalid="true"] { border-color: var(--broken); }
.hint { color: var(--ink-3); font-size: 11px; margin-top: 2px; }
.fault { color: var(--broken); font-size: 12.5px; overflow-wrap: anywhere; }
button, .button {
  display: inline-block; min-height: 34px; padding: 6px 14px; border: 1px solid var(--ink); border-radius: 5px; background: var(--ink);
  color: var(--on-ink); font: inherit; font-weight: 500; text-decoration: none; cursor: pointer;
}
button.quiet { background: none; color: var(--ink); border-color: var(--line-strong); }
:focus-visible { outline: 2px solid var(--champion); outline-offset: 2px; }
#answer:not(:empty), #scored:not(:empty) { margin-top: 16px; }
.value { font-size: 20px; font-weight: 600; overflow-wrap: anywhere; }
.value .of { display: block; color: var(--ink-3); font-size: 12.5px; font-weight: 400; }
table { border-collapse: collapse; width: 100%; margin-top: 8px; }
th { text-align: left; font-weight: 400; padding: 4px 12px 4px 0; width: 30%; overflow-wrap: anywhere; }
.predicted th, .predicted .figure { font-weight: 600; }
td { padding: 4px 0; }
.figure { text-align: right; width: 72px; font-variant-numeric: tabular-nums; }
.bar, progress { display: block; width: 100%; height: 10px; border-radius: 5px; overflow: hidden; background: var(--sunken); }
.bar span { display: block; height: 100%; background: var(--champion); }
progress { appearance: none; border: 0; }
progress::-webkit-progress-bar { background: var(--sunken); }
progress::-webkit-progress-value { background: var(--champion); }
progress::-moz-progress-bar { background: var(--champion); }
progress { margin-top: 16px; }
.row { display: flex; flex-wrap: wrap; gap: 8px; align-items: end; margin-top: 12px; }
footer { color: var(--ink-3); font-size: 11px; padding-bottom: 32px; overflow-wrap: anywhere; }
`
