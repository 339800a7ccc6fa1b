import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Adds up what the test runners reported in a folder. A part of the run that failed without a failing test counts as one failure.
const [folder, failedParts] = [process.argv[2], Number(process.argv[3])]
const reports = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
const passed = reports.reduce((sum, report) => sum + report.numPassedTests, 0)
// A file that does not load fails as a suite, without a failing test.
const failedTests = reports.reduce((sum, report) => sum + (report.numFailedTests || report.numFailedTestSuites), 0)
const failed = Math.max(failedTests, failedParts)

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
