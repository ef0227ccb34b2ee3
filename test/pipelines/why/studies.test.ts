import { describe, expect, it } from 'vitest'
import { exponentialLifetimes } from '../../../lib/guest/lifetimes'
import { loadBalancing } from '../../../lib/motive/loadBalancing'
import type { Reproduced } from '../../../pipelines/reproduce/reproduction'
import { balanced } from '../../../pipelines/why/balanceStudy'
import { evacuationStudy } from '../../../pipelines/why/evacuationStudy'
import { lostWorkNs, withFailures } from '../../../pipelines/why/failureStudy'
import { heated } from '../../../pipelines/why/heatStudy'
import { localityStudy } from '../../../pipelines/why/localityStudy'
import { securityStudy } from '../../../pipelines/why/securityStudy'
import { done, type Study } from '../../../pipelines/why/study'

const tried = (study: Study): Promise<Reproduced> => study.run({ seed: 1, runs: 1, progress: async () => undefined })
const holds = ({ verdicts }: Reproduced): readonly string[] => verdicts.filter((one) => !one.holds).map(({ text }) => text)

describe('motives on trial', () => {
  it('system administration empties a cluster where there is room, and nothing moves where there is none', async () => {
    expect(holds(await tried(evacuationStudy))).toEqual([])
  })
  it('data locality lowers the energy on the networks, and stays where little is to come', async () => {
    expect(holds(await tried(localityStudy))).toEqual([])
  })
  it('security isolates or kills a spy, and touches no honest process', async () => {
    expect(holds(await tried(securityStudy))).toEqual([])
  })
  it('fault tolerance saves and restores where a cluster fails, so that more ends, and saves nothing that nothing threatens', () => {
    const [bare, saving] = [undefined, 2e9].map((meanToFailureNs) => withFailures({ cpuNs: 500e6, fails: true, meanToFailureNs }, 31))
    const ended = ({ times }: typeof bare) => Object.values(times).filter(({ endedAt }) => endedAt !== undefined).length
    expect(ended(saving)).toBeGreaterThan(ended(bare))
    expect(lostWorkNs(Object.values(saving.times))).toBeLessThan(lostWorkNs(Object.values(bare.times)))
    expect([done(saving.log, 'restore').length > 0, saving.wrongPieces]).toEqual([true, 0])
    const calm = withFailures({ cpuNs: 500e6, fails: false, meanToFailureNs: Number.POSITIVE_INFINITY }, 1)
    expect(calm.log).toEqual([])
    expect(Object.values(calm.times).map(({ endedAt }) => endedAt)).toEqual(Array(8).fill(500e6))
  })
  it('heat: moving CPU-bound processes apart lowers the peak', () => {
    const corner = ['cc0', 'cc1', 'cc4', 'cc5']
    const [packed, spread] = [false, true].map((managed) => heated({ clusters: corner, each: 2, managed }, 1))
    expect(packed.temperatures!.peakCelsius - spread.temperatures!.peakCelsius).toBeGreaterThan(2)
    expect(done(spread.log, 'migrate').length).toBeGreaterThan(1)
  })
  it('load balancing knows what exponential lifetimes leave of a process: it changes nothing', () => {
    const of = exponentialLifetimes({ meanNs: 10e6 })
    const [bare, knowing, byAge] = [undefined, loadBalancing({ remainingNs: of.remainingNs }), loadBalancing()].map((motive) =>
      balanced({ of, motive }, 3, 40)
    )
    expect(done(knowing.log, 'migrate')).toEqual([])
    expect(knowing.times).toEqual(bare.times)
    expect(byAge.wrongPieces).toBe(0)
  })
})
