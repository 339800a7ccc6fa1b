#!/usr/bin/env node
// Plain JavaScript that old Nodes can parse: it must be able to say that Node is too old before anything newer is loaded.
const NEEDED = [22, 18]
const found = process.versions.node.split('.').map(Number)

if (found[0] < NEEDED[0] || (found[0] === NEEDED[0] && found[1] < NEEDED[1])) {
  console.error(
    `Regia needs Node ${NEEDED.join('.')} or newer, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      '→ Install a newer Node, or, in a project, let npm bring one: "npm install --save-dev node@24" and then "npx regia".',
  )
  process.exitCode = 5
} else {
  start()
}

async function start() {
  // What runs models would report to its maker; this and every process and thread started from here stay silent.
  process.env.ORT_DISABLE_TELEMETRY ??= '1'
  const { enableCompileCache } = await import('node:module')
  enableCompileCache()
  const cli = await import('../dist/cli/main.js').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !String(error.message).includes('cli/main.js')) throw error
    console.error(
      'Regia is not built: packages/regia/dist/cli/main.js is missing.\n→ Run "npm run build:node" in the checkout.',
    )
    process.exitCode = 5
  })
  if (cli) await cli.main(process.argv.slice(2))
}
