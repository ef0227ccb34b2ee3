import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either'
import { describe, expect, it } from 'vitest'
import { worldPlans } from '../../properties/arbitraries/worldPlan'
import { precopyDroppingLastSync } from '../../properties/broken/precopyDroppingLastSync'
import { check } from '../../properties/check'
import { describe as described } from '../../properties/describe'
import { explain } from '../../properties/explain'
import { smallWorldPlans } from '../../properties/smallWorldPlans'
import { worldInWords } from '../../properties/worldInWords'

const result = check({ name: 'forgetful', pipeline: precopyDroppingLastSync }, { runs: 100, seed: 1, worlds: smallWorldPlans })
if (E.isRight(result)) throw new Error('nothing was found')
const counterexample = result.left

describe('explain', () => {
  it('says what broke, what was expected and seen, where, in which world, and how to see it again', () => {
    const { invariant, sentence, violation, runs, shrinks, path, world } = counterexample
    const lines = explain(counterexample, { again: 'npm start -- check', diagram: false }).split('\n')
    expect(lines[0]).toBe(`forgetful breaks ${invariant} after ${runs} ${runs === 1 ? 'run' : 'runs'}, made smaller ${shrinks} times`)
    expect(lines[1]).toBe(`  expected  ${sentence}`)
    expect(lines[2]).toBe(`  seen      ${violation.problem}`)
    expect(lines[3]).toBe(`            at entry ${violation.entry} of the journal, ${violation.at} ns, migration guest`)
    expect(lines[4]).toMatch(/^ {2}world {5}a (thread|process|container|vm) of /)
    expect(lines.slice(-3)).toEqual([
      `  plan      ${world}`,
      `  again     check(pipeline, { seed: 1, path: '${path}' })`,
      '            npm start -- check'
    ])
  })

  it('the diagram is drawn unless it is refused, in the width that is asked for; the journal when it is asked for, its entry marked', () => {
    const { violation, entries } = counterexample
    expect(explain(counterexample)).toContain('▲▲▲  seen:')
    expect(explain(counterexample, { diagram: false })).not.toContain('▲')
    const drawn = (width: number) => explain(counterexample, { width }).split('\n\n').slice(1).join('\n\n').split('\n')
    expect(Math.max(...drawn(80).map((line) => line.length))).toBeLessThanOrEqual(80)
    expect(Math.max(...drawn(120).map((line) => line.length))).toBeGreaterThan(80)
    const [, journal] = explain(counterexample, { diagram: false, journal: true }).split('\n\n  journal\n')
    expect(journal.split('\n')).toHaveLength(entries.length)
    expect(journal.split('\n')[violation.entry].startsWith(`  > ${violation.entry} {`)).toBe(true)
    expect(journal.match(/^ {2}>/gm)).toHaveLength(1)
  })

  it('a search that was stopped says so, and a problem of several lines keeps them', () => {
    const several = { ...counterexample.violation, problem: 'first\nsecond', migration: '' }
    const lines = explain({ ...counterexample, interrupted: true, shrinks: 1, runs: 1, violation: several }, { diagram: false }).split('\n')
    expect(lines[0]).toMatch(/ after 1 run, made smaller once \(stopped before the smallest was found\)$/)
    expect(lines.slice(2, 5)).toEqual(['  seen      first', '            second', expect.stringMatching(/ ns$/)])
  })
})

describe('a world in words', () => {
  it('leaves out nothing of the plan', () => {
    const leaves = (value: unknown): readonly string[] =>
      typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(leaves)
        : value === undefined || value === false
          ? []
          : [described(value)]
    fc.assert(
      fc.property(worldPlans, ({ pageNs, latencyPages, ...plan }) => {
        const words = worldInWords({ ...plan, pageNs, latencyPages }).join('\n')
        // The time of a page is told with its unit, and what there is one of, or none, in words.
        const numbers = leaves({ ...plan, guest: { ...plan.guest, vcpus: undefined, contextPages: undefined }, second: undefined })
        return numbers.every((leaf) => words.includes(leaf)) && words.split('\n').every((line) => line.trim() !== '')
      }),
      { seed: 1 }
    )
  })
})
