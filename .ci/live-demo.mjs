import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

// Drives every page in a real browser while a demo tells its story, and what a person can do once it goes on by itself.
// usage: live-demo.mjs FOLDER-FOR-REPORTS

const reports = process.argv[2]
const LONGEST_STORY_MS = 10 * 60_000
const demo = spawn('npm', ['run', 'demo', '--', '--json', '--port', '0'], {
  env: { ...process.env, REGIA_HOME: join(mkdtempSync(join(tmpdir(), 'regia-live-demo-')), '.regia') },
  stdio: ['ignore', 'pipe', 'inherit'],
  detached: true,
})
const ended = new Promise((resolve) => demo.once('exit', resolve))
const tooLong = setTimeout(() => fail('The story took too long.'), LONGEST_STORY_MS)
const address = Promise.withResolvers()
const summary = Promise.withResolvers()

createInterface({ input: demo.stdout }).on('line', (line) => {
  console.log(`   ${line.slice(0, 200)}`)
  const url = /https?:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]
  if (url) address.resolve(url)
  if (line.startsWith('{"rows"')) summary.resolve(line)
})
ended.then(() => fail('The demo ended before it was looked at.'))

const url = await address.promise
await untilMonitored(url)
const whileReplaying = await browse(url, 'pages')
await summary.promise
clearTimeout(tooLong)
const afterwards = await browse(url, 'actions')
stop()
process.exit(whileReplaying || afterwards ? 1 : 0)

/** There is something to see on every page once a monitor has looked at a first window. */
async function untilMonitored(base) {
  for (;;) {
    const { items } = await (await fetch(`${base}/api/v1/monitors`)).json()
    if (items.some(({ windowCount }) => windowCount > 0)) return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

function browse(base, file) {
  const report = ['--reporter=default', '--reporter=json', `--outputFile.json=${join(reports, `live-${file}.json`)}`]
  const run = spawn('npx', ['vitest', 'run', '--config', 'tests/e2e/vitest.config.ts', `${file}.test.ts`, ...report], {
    env: { ...process.env, REGIA_E2E_URL: base },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve) => run.once('exit', resolve))
}

function stop() {
  try {
    process.kill(-demo.pid, 'SIGTERM')
  } catch {
    // It is gone already.
  }
}

function fail(why) {
  console.error(why)
  stop()
  process.exit(1)
}
