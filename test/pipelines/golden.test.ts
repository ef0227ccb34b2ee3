import { describe, expect, it } from 'vitest'
import { encodeJournal } from '../../lib/codec/journal'
import { vm } from '../../lib/guest/guest'
import { hotCold } from '../../lib/guest/hotCold'
import { run } from '../../lib/loop/run'
import { downtimeWithin, or, roundsAtMost } from '../../lib/migration/stopRule'
import { autoConverge } from '../../lib/migration/throttle'
import { link } from '../../lib/network/link'
import type { Entry } from '../../lib/protocol/journal'
import type { Pipeline } from '../../lib/protocol/pipeline'
import { datacentre } from '../../lib/world/datacentre'
import { hybrid } from '../../pipelines/hybrid'
import { postcopy } from '../../pipelines/postcopy'
import { precopy } from '../../pipelines/precopy'
import { stopAndCopy } from '../../pipelines/stopAndCopy'

const guest = vm({
  pages: 96,
  workload: hotCold({ pages: 80, writesPerSecond: 20_000, readsPerSecond: 20_000, vcpus: 2 }),
  contextBytes: 20_000
})
const world = datacentre({ guests: { guest }, link: link({ bytesPerSecond: 50e6, applicationBytesPerSecond: 10e6 }) })

const journalOf = (pipeline: Pipeline): string => {
  const entries: Entry[] = []
  run(pipeline, world, { seed: 'golden' }).subscribe((entry) => entries.push(entry))
  return [...encodeJournal(entries)].join('')
}

// The journals are part of the repository: a change of one is reviewed line by line, and the same bytes come out on every machine.
describe('golden journals', () => {
  const pipelines: Readonly<Record<string, Pipeline>> = {
    stopAndCopy: stopAndCopy(),
    precopy: precopy({ until: or(downtimeWithin(2e6), roundsAtMost(5)), throttle: autoConverge() }),
    postcopy: postcopy({ windowPages: 8 }),
    hybrid: hybrid({ windowPages: 8 })
  }
  for (const [name, pipeline] of Object.entries(pipelines))
    it(`${name} leaves the journal that was reviewed`, async () => {
      await expect(journalOf(pipeline)).toMatchFileSnapshot(`golden/${name}.jsonl`)
    })
})
