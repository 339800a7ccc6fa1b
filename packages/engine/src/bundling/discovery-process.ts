import { writeFileSync } from 'node:fs'
import { setDefinitionEnvironment } from '@regia/core'
import { describeExports, type Modules } from './describe-exports.ts'
import type { DiscoveryReply } from './discover.ts'
import { importUserCode, prepareForUserCode } from './load-user-code.ts'
import { userCodeError } from './user-code-error.ts'

/** Child program: imports an indexed bundle and writes what it defines, as JSON, into the file given. */
const [bundlePath = '', projectDir = '', replyPath = '', environment] = process.argv.slice(2)

prepareForUserCode()
setDefinitionEnvironment(environment)
const asText = (reply: DiscoveryReply) => JSON.stringify(reply)
const reply = await importUserCode(bundlePath, projectDir)
  .then(({ entry, modules }) => asText(describeExports(String(entry), modules as Modules))) // the index that indexBundle wrote
  // Also of what a definition holds and JSON cannot: a ref among the settings, a number without an end.
  .catch((thrown: unknown) => asText({ error: userCodeError(thrown, 'Loading the project', projectDir) }))
writeFileSync(replyPath, reply)
// A timer or a connection that the code left open must not keep the process.
process.exit(0)
