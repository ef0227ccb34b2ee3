// Closes a run of .ci/run: the lines in which vitest sums up, then `N passed, N failed` counted from its JSON report. A file of tests that could
// not even be loaded has no tests to count: it counts as one failure, as does everything else that went wrong outside of a test.
import { existsSync, readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

const [, , outputPath, reportPath, status] = process.argv

const output = stripVTControlCharacters(readFileSync(outputPath, 'utf8')).split('\n')
for (const line of output.filter((one) => /^\s*(Test Files|Tests|Errors)\s/.test(one))) console.log(line)

const report = existsSync(reportPath) ? JSON.parse(readFileSync(reportPath, 'utf8')) : undefined
const files = report?.testResults ?? []
const tests = files.flatMap((file) => file.assertionResults)
const count = (wanted) => tests.filter((test) => test.status === wanted).length
const broken = files.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))

const passed = count('passed')
const inTests = count('failed') + broken.length
const elsewhere = status === '2' || (inTests === 0 && (status !== '0' || report?.success !== true)) ? 1 : 0
const failed = inTests + elsewhere

for (const file of broken) console.log(`not loaded: ${file.name}`)
for (const test of tests.filter((one) => ['pending', 'skipped', 'todo', 'disabled'].includes(one.status)))
  console.log(`not run: ${test.fullName}`)
if (status === '2') console.log('the main job (npm start) failed')
if (passed === 0) console.log('no test has run')
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
