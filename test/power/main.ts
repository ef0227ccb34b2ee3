import { writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import Table from 'cli-table3'
import type { Job } from './judge'
import type { Mutation } from './mutation'
import { mutations } from './mutations'
import type { SwarmName } from './swarms'
import { trial, type Verdict } from './trial'

/**
 * `npm run power [-- part-of-a-name ...] [--swarms a,b] [--runs n] [--seed n] [--jobs n] [--limit seconds] [--json file]`: builds every mutant of the written list, lets its judge look for a run
 * that breaks an invariant, and reports the share caught. Ends with 1 when that is below 95 %, or when the sources themselves do not pass.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string' },
    seed: { type: 'string', default: '1' },
    swarms: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    limit: { type: 'string', default: '180' },
    json: { type: 'string' }
  }
})

type Tried = { readonly mutation: Mutation; readonly verdict: Verdict }

const seed = Number(values.seed)
const limitMs = Number(values.limit) * 1000
const jobOf = ({ swarms, runs = 1000 }: Mutation): Job => ({ swarms, runs: values.runs === undefined ? runs : Number(values.runs), seed })

const within = values.swarms?.split(',')

const chosen = mutations.filter(
  ({ name, equivalent, swarms }) =>
    (positionals.length === 0 ? equivalent === undefined : positionals.some((part) => name.toLowerCase().includes(part.toLowerCase()))) &&
    (within === undefined || swarms.every((swarm) => within.includes(swarm)))
)

const said = (verdict: Verdict): string =>
  verdict.type === 'caught'
    ? `${verdict.by}: ${verdict.problem}`
    : verdict.type === 'survived'
      ? 'SURVIVED'
      : verdict.type === 'hangs'
        ? `a run does not end within ${verdict.ms / 1000} s`
        : `breaks down: ${verdict.problem}`

const runsOf = (verdict: Verdict): string => ('runs' in verdict ? String(verdict.runs) : '')

/** The tasks' results in their order, so many under way at once. */
const together = async <A>(tasks: readonly (() => Promise<A>)[], jobs: number): Promise<readonly A[]> => {
  const results: A[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let i = next++; i < tasks.length; i = next++) results[i] = await tasks[i]()
  }
  await Promise.all(Array.from({ length: jobs }, worker))
  return results
}

const report = (tried: readonly Tried[]): void => {
  const table = new Table({
    head: ['mutation', 'kind', 'runs', 'caught by'],
    style: { head: [], border: [] },
    wordWrap: true,
    colWidths: [34, 24, 7, 70]
  })
  for (const { mutation, verdict } of tried) table.push([mutation.name, mutation.kind, runsOf(verdict), said(verdict).slice(0, 200)])
  const counted = tried.filter(({ mutation }) => mutation.equivalent === undefined)
  const survivors = counted.filter(({ verdict }) => verdict.type === 'survived')
  const caught = counted.length - survivors.length
  const share = (100 * caught) / counted.length
  console.log(table.toString())
  console.log(`${caught} of ${counted.length} mutants caught: ${share.toFixed(1)} %`)
  for (const { mutation } of survivors) console.log(`  survivor ${mutation.name}: ${mutation.mistake}`)
  if (values.json !== undefined) {
    const results = tried.map(({ mutation: { edits, ...mutation }, verdict }) => ({
      ...mutation,
      files: edits.map(({ file }) => file),
      verdict
    }))
    writeFileSync(values.json, `${JSON.stringify({ seed, caught, counted: counted.length, share, results }, null, 2)}\n`)
  }
  if (share < 95) process.exitCode = 1
}

/**
 * The sources themselves must pass the worlds in which mutants were caught: as many of each swarm as the latest catch took. Where they do not, a mutant that
 * was caught no sooner than they are counts as a survivor.
 */
const genuine = async (tried: readonly Tried[]): Promise<readonly Tried[]> => {
  const latest = new Map<SwarmName, number>()
  for (const { verdict } of tried)
    if (verdict.type === 'caught') latest.set(verdict.swarm, Math.max(latest.get(verdict.swarm) ?? 0, verdict.inSwarm))
  const brokenAt = new Map<SwarmName, number>()
  for (const [swarm, most] of latest) {
    const sources = await trial(undefined, { swarms: [swarm], runs: most, seed }, 10 * limitMs)
    console.error(`the sources themselves, ${most} runs of ${swarm}: ${said(sources)}`)
    if (sources.type !== 'survived') brokenAt.set(swarm, sources.type === 'caught' ? sources.inSwarm : 0)
  }
  if (brokenAt.size > 0) process.exitCode = 1
  return tried.map((one) =>
    one.verdict.type === 'caught' && one.verdict.inSwarm >= (brokenAt.get(one.verdict.swarm) ?? Infinity)
      ? { ...one, verdict: { type: 'survived', runs: one.verdict.runs } }
      : one
  )
}

const main = async (): Promise<void> => {
  const tried = await together(
    chosen.map((mutation) => async (): Promise<Tried> => {
      const verdict = await trial(mutation, jobOf(mutation), limitMs)
      console.error(`${mutation.name}: ${runsOf(verdict)} ${said(verdict)}`)
      return { mutation, verdict }
    }),
    Number(values.jobs)
  )
  report(await genuine(tried))
}

void main()
