import * as fc from 'fast-check'
import { right } from 'fp-ts/lib/Either'
import { from } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { encodeJournal, readJournal } from '../../../lib/codec/journal'
import { mppaWiring } from '../../../lib/world/mppaWiring'
import { replay } from '../../../lib/world/replay'
import { threadPipelines } from '../../../pipelines/isoThreads'
import { answered } from '../../../properties/invariants/answered'
import { sameSeedSameJournal } from '../../../properties/invariants/sameSeedSameJournal'
import { isoPlan, isoPlanOnChip } from '../../../properties/isoAddress/isoPlan'
import { journalOfIsoPlan, wanderersOfIsoPlan } from '../../../properties/isoAddress/journalOfIsoPlan'
import { journalOf } from '../../../properties/journalOf'
import { monitor } from '../../../properties/monitor'

const wiring = mppaWiring()

describe('journals of iso-address threads', () => {
  it('are the same of the same seed, are read as they were written, answer as a world, and answer every order', () => {
    const ends = new Set<string>()
    fc.assert(
      fc.property(fc.oneof(isoPlan({ breaks: true }), isoPlanOnChip({ breaks: true })), (plan) => {
        const run = () => journalOfIsoPlan(plan, wiring)
        expect(sameSeedSameJournal(run)).toBeUndefined()
        const journal = run()
        const text = [...encodeJournal(journal)].join('')
        const read = readJournal(text)
        expect(read).toEqual(right(journal))
        const again = journalOf(threadPipelines(wanderersOfIsoPlan(plan)), replay(journal), { seed: plan.seed })
        expect([...encodeJournal(again)].join('')).toBe(text)
        const breaches: unknown[] = []
        from(journal)
          .pipe(monitor({ invariants: [answered] }))
          .subscribe((breach) => breaches.push(breach))
        expect(breaches).toEqual([])
        for (const entry of journal) if (entry.type === 'ended') ends.add(entry.outcome.type)
      }),
      { numRuns: 60, seed: 2 }
    )
    expect([...ends].sort()).toEqual(['completed', 'lost'])
  })
})
