import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Benchmark, Claim } from './claim.ts'

// npm run bench -- SUBJECT [--json]: measures a subject's claims. With --json the last line is a JSON array of rows, else a table.

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean', default: false } },
})
const subjects = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
const subject = positionals[0]

if (!subject || !subjects.includes(subject)) {
  console.error(
    `${subject ? `There is no benchmark "${subject}".` : 'Which subject?'} There are: ${subjects.join(', ')}.\n\n  npm run bench -- loop --json`,
  )
  process.exit(2)
}

const { default: benchmark } = (await import(`./${subject}/index.ts`)) as { default: Benchmark }
const claims = await benchmark((text) => console.error(text))
if (values.json) console.log(JSON.stringify(claims))
else console.table(claims.map(tableRow))

function tableRow({ claim, value, unit, peer, peerValue, ratio, goal, met }: Claim) {
  return {
    claim,
    measured: `${value} ${unit}`,
    beside: peer ? `${peer}: ${peerValue ?? '–'} ${unit}` : '',
    ratio: ratio ?? '',
    goal,
    met: met ? 'yes' : 'NO',
  }
}
