import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

// Adds up what the test runners reported in a folder; parts of the run that failed without a failing test count as one failure each.
const [folder, failedParts] = [process.argv[2], Number(process.argv[3])]
const reports = readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')))
const sum = (field) => reports.reduce((total, report) => total + report[field], 0)
const passed = sum('numPassedTests')
const failed = Math.max(sum('numFailedTests') + sum('numFailedTestSuites'), failedParts)

console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 || passed === 0 ? 1 : 0
