// node .ci/summary.mjs STATUS RUN...: closes a run of .ci/run: of each run of vitest (its output in RUN, its JSON report in RUN.json) the lines in
// which it sums up, then `N passed, N failed` of all of them, counted from the reports. A file of tests that could not even be loaded has no
// tests to count: it counts as one failure, and so does, of each run, whatever else went wrong outside of a test.
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

const [, , status, ...runs] = process.argv

const counted = (run) => {
  const output = existsSync(run) ? stripVTControlCharacters(readFileSync(run, 'utf8')).split('\n') : []
  const report = existsSync(`${run}.json`) ? JSON.parse(readFileSync(`${run}.json`, 'utf8')) : undefined
  const files = report?.testResults ?? []
  const tests = files.flatMap((file) => file.assertionResults)
  const passed = tests.filter((test) => test.status === 'passed').length
  const broken = files.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
  const inTests = tests.filter((test) => test.status === 'failed').length + broken.length
  const whole = report?.success === true && passed > 0
  return { run, lines: output.filter((one) => /^\s*(Test Files|Tests|Errors)\s/.test(one)), tests, passed, broken, inTests, whole }
}

const all = runs.map(counted)
for (const { run, lines, tests, passed, broken, inTests, whole } of all) {
  for (const line of lines) console.log(line)
  for (const file of broken) console.log(`not loaded: ${file.name}`)
  for (const test of tests.filter((one) => ['pending', 'skipped', 'todo', 'disabled'].includes(one.status)))
    console.log(`not run: ${test.fullName}`)
  if (passed === 0) console.log(`${basename(run)}: no test has run`)
  else if (inTests === 0 && !whole) console.log(`${basename(run)}: something failed outside of the tests`)
}
if (status === '2') console.log('the main job (npm start) failed')

const sum = (of) => all.reduce((total, one) => total + of(one), 0)
const passed = sum((one) => one.passed)
const found = sum(({ inTests, whole }) => (inTests > 0 ? inTests : whole ? 0 : 1))
// What ended badly although every report is good: vitest itself, after it wrote its report, or the main job.
const failed = found === 0 && status !== '0' ? 1 : found
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
