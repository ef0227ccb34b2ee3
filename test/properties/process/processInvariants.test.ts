import { describe, expect, it } from 'vitest'
import { found, foundByAny, migration, page, telling, uArea } from './telling'

const begun = () => telling().placed('p1', 'cc0', 'running')

describe('a migration as it must be', () => {
  it('breaks nothing', () => {
    expect(foundByAny(migration())).toEqual([])
  })

  it('nor does one that is given up, and the process goes on where it was', () => {
    expect(
      foundByAny(begun().frozen('p1', 'cc0').admitted('p1', 'cc1').forgotten('p1', 'cc1').unfrozen('p1', 'cc0').at(99).ended('cc0'))
    ).toEqual([])
  })

  it('nor does one that is lost with its target and told so', () => {
    const lost = migration().fact('cc1', { type: 'failed', what: 'source', reason: 'broken' })
    expect(foundByAny(lost.at(lost.journal().at(-1)!.at).placed('p1', 'cc1', 'lost'))).toEqual([])
  })
})

describe('exactlyOneRuns', () => {
  it('finds a process that runs on two clusters', () => {
    expect(found('exactlyOneRuns', begun().admitted('p1', 'cc1').unfrozen('p1', 'cc1'))).toEqual(['p1 runs on cc1 and on cc0'])
  })

  it('finds a copy that goes on after it has stopped to count', () => {
    const both = begun().frozen('p1', 'cc0').admitted('p1', 'cc1').unfrozen('p1', 'cc1').frozen('p1', 'cc1').unfrozen('p1', 'cc0')
    expect(found('exactlyOneRuns', both)).toEqual(['p1 goes on on cc0, and it has gone on on cc1 since it stopped there'])
  })

  it('finds a source that forgets before another copy counts', () => {
    expect(found('exactlyOneRuns', begun().frozen('p1', 'cc0').admitted('p1', 'cc1').forgotten('p1', 'cc0'))).toEqual([
      'p1 is dropped by cc0, and no other copy of it counts'
    ])
  })

  it('finds a process that runs again after its end, and one that appears where it was not', () => {
    expect(found('exactlyOneRuns', begun().placed('p1', 'cc0', 'exited').placed('p1', 'cc0', 'running'))).toEqual([
      'p1 runs on cc0, and it has ended'
    ])
    expect(found('exactlyOneRuns', begun().frozen('p1', 'cc0').placed('p1', 'cc1', 'running'))).toEqual([
      'p1 runs on cc1, where no copy of it was'
    ])
  })

  it('finds a process that is lost and nobody says so, or that is said to be lost and is not', () => {
    expect(found('exactlyOneRuns', begun().fact('cc0', { type: 'failed', what: 'source', reason: 'broken' }).at(50).ended('cc0'))).toEqual([
      'no copy of p1 is left at 2, and it is not told to be lost'
    ])
    expect(found('exactlyOneRuns', begun().placed('p1', 'cc0', 'lost'))).toEqual(['p1 is told to be lost, and cc0 has not failed'])
  })
})

describe('frozenMeansStill', () => {
  it('finds threads that run when the freeze is answered', () => {
    const hasty = begun()
      .threads('p1', 'cc0', 2)
      .order('cc0', { type: 'freeze', process: 'p1' })
      .placed('p1', 'cc0', 'frozen')
      .answer('cc0', { type: 'done' })
    expect(found('frozenMeansStill', hasty)).toEqual(['freeze is answered for p1 on cc0, and 2 of its threads run and 0 are ready'])
  })

  it('finds a thread that gets a core while its process is frozen, and no more once it goes on', () => {
    expect(found('frozenMeansStill', begun().frozen('p1', 'cc0').threads('p1', 'cc0', 1))).toEqual([
      'p1 on cc0 is frozen, and 1 of its threads run and 0 are ready'
    ])
    expect(found('frozenMeansStill', begun().frozen('p1', 'cc0').unfrozen('p1', 'cc0').threads('p1', 'cc0', 1))).toEqual([])
  })

  it('finds a program that is answered while its process is frozen', () => {
    const heard = begun().order('p1', { type: 'peek', page: 0 }).frozen('p1', 'cc0').answer('p1', { type: 'peeked', word: 0, cycles: 1 })
    expect(found('frozenMeansStill', heard)).toEqual(['p1 is frozen, and its program hears peeked'])
  })
})

describe('migrationsEnd', () => {
  it('finds a process that stays frozen, and a copy that stays', () => {
    expect(found('migrationsEnd', begun().frozen('p1', 'cc0').at(99).ended('cc0'))).toEqual(['p1 stands frozen on cc0 since 4'])
    expect(found('migrationsEnd', begun().frozen('p1', 'cc0').admitted('p1', 'cc1').unfrozen('p1', 'cc1').at(99).ended('cc0'))).toEqual([
      'a copy of p1 that is frozen stays on cc0, and nothing has been done with it since 10'
    ])
  })

  it('says nothing of what is still being done, nor of what a failure leaves undecided', () => {
    expect(found('migrationsEnd', begun().frozen('p1', 'cc0').ended('cc0'))).toEqual([])
    const undecided = (isWhole: boolean) => {
      const told = telling({ faults: [{ at: 9, cluster: 'cc1' }] })
        .placed('p1', 'cc0', 'running')
        .frozen('p1', 'cc0')
        .admitted('p1', 'cc1')
      return (isWhole ? told.installed('p1', 'cc1', uArea) : told)
        .fact('cc1', { type: 'failed', what: 'source', reason: 'broken' })
        .at(99)
        .ended('cc0')
    }
    expect(found('migrationsEnd', undecided(true))).toEqual([])
    expect(found('migrationsEnd', undecided(false))).toEqual(['p1 stands frozen on cc0 since 7'])
  })
})

describe('memoryExact', () => {
  const poke = (word: number) => ({ type: 'poke', page: 0, word }) as const
  const peek = { type: 'peek', page: 0 } as const
  const peeked = (word: number) => ({ type: 'peeked', word, cycles: 1 }) as const

  it('finds pieces that are lost or stale when a process goes on', () => {
    const checked = (lost: boolean) =>
      begun().fact('cc0', {
        type: 'checked',
        process: 'p1',
        when: 'unfrozen',
        lost: lost ? [page(0)] : [],
        stale: lost ? [] : [page(0)],
        foreign: []
      })
    expect(found('memoryExact', checked(true))).toEqual(['when p1 is unfrozen on cc0, frames 0 are lost'])
    expect(found('memoryExact', checked(false))).toEqual(['when p1 is unfrozen on cc0, frames 0 are not as they were last written'])
  })

  it('finds a load that does not give the last store', () => {
    expect(found('memoryExact', begun().asked('p1', poke(5)).asked('p1', poke(6)).asked('p1', peek, peeked(5)))).toEqual([
      'p1 loads 5 from page 0, and has stored 6 there'
    ])
    expect(found('memoryExact', begun().asked('p1', poke(5)).asked('p1', peek, peeked(0)))).toEqual([
      'p1 loads 0 from page 0, and has stored 5 there'
    ])
  })

  it('takes the old word or the new while a store is under way', () => {
    const during = (word: number) =>
      begun().asked('p1', poke(5)).order('p1', poke(6)).order('p1', peek).answer('p1', peeked(word)).answer('p1', { type: 'done' }, 1)
    expect([5, 6, 7].map((word) => found('memoryExact', during(word)).length)).toEqual([0, 0, 1])
  })

  it('takes any word of its own from what is restored of a lost process', () => {
    const restored = begun()
      .asked('p1', poke(5))
      .asked('p1', poke(6))
      .placed('p1', 'cc0', 'lost')
      .admitted('p1', 'cc1')
      .unfrozen('p1', 'cc1')
    expect(found('memoryExact', restored.asked('p1', peek, peeked(5)))).toEqual([])
  })
})

describe('isolation', () => {
  it('finds a load of what another process has stored', () => {
    const load = begun()
      .asked('p2', { type: 'poke', page: 3, word: 77 })
      .asked('p1', { type: 'peek', page: 0 }, { type: 'peeked', word: 77, cycles: 1 })
    expect(found('isolation', load)).toEqual(['p1 loads 77 from page 0, which it has never stored'])
    expect(found('memoryExact', load)).toEqual([])
  })

  it('finds a page that holds what another has written', () => {
    const checked = begun().fact('cc0', { type: 'checked', process: 'p1', when: 'unfrozen', lost: [], stale: [], foreign: [page(0)] })
    expect(found('isolation', checked)).toEqual(['when p1 is unfrozen on cc0, frames 0 hold what another has written'])
  })

  it('finds the use of an end that another has opened', () => {
    const stolen = begun()
      .asked('p2', { type: 'create', end: 'in', kind: 'mailbox' })
      .asked('p1', { type: 'receive', end: 'in' }, { type: 'received', from: 'cc3', message: 1, cycles: 1 })
    expect(found('isolation', stolen)).toEqual(['p1 has not opened in, and its receive is answered'])
  })

  it('finds a portal to another user who has not allowed it', () => {
    const attached = { type: 'attach', end: 'out', kind: 'portal', remote: 'p2' } as const
    expect(found('isolation', begun().asked('p1', attached))).toEqual([
      "p1 has a portal to p2, which is another user's and has not allowed it"
    ])
    const allowed = begun()
      .asked('p2', { type: 'create', end: 'in', kind: 'portal' })
      .asked('p2', { type: 'allow', end: 'in', from: 'p1', bytes: 9 })
    expect(found('isolation', allowed.asked('p1', attached))).toEqual([])
  })

  it('finds a kernel call that is answered to a process', () => {
    expect(found('isolation', begun().asked('p1', { type: 'kill', process: 'p2' }))).toEqual(['p1 is a process, and its kill is answered'])
  })
})

describe('memoryFits', () => {
  it('finds more than a cluster has', () => {
    expect(found('memoryFits', begun().admitted('p2', 'cc0', { pages: 7 }))).toEqual(['10 frames are in use on cc0, which has 8'])
    expect(found('memoryFits', begun().admitted('p2', 'cc0', { threads: 19, pages: 0 }))).toEqual([
      '43 kernelPages are in use on cc0, which has 40',
      'p2 has 19 threads on cc0, which has places for 18'
    ])
    expect(found('memoryFits', begun().admitted('p2', 'cc0').admitted('p3', 'cc0', { pages: 0, pieces: [] }))).toEqual([
      '37200 structureBytes are in use on cc0, which has 30000'
    ])
  })
})

describe('resourcesComeBack', () => {
  const observed = (freeFrames: number, freeKernelPages: number) =>
    ({ type: 'observed', processes: [], running: 0, ready: 0, cores: 15, freeFrames, freeKernelPages, busyNs: 0 }) as const

  it('finds frames and kernel pages that are not given back', () => {
    expect(found('resourcesComeBack', migration().asked('cc0', { type: 'observe' }, observed(8, 40)))).toEqual([])
    expect(found('resourcesComeBack', migration().asked('cc0', { type: 'observe' }, observed(6, 40)))).toEqual([
      'cc0 has 6 frames free of 8, and copies of processes take 0'
    ])
    expect(found('resourcesComeBack', migration().asked('cc0', { type: 'observe' }, observed(8, 35)))).toEqual([
      'cc0 has 35 kernelPages free of 40, and copies of processes take 0'
    ])
  })

  it('finds what is free and in use at once', () => {
    expect(found('resourcesComeBack', migration().asked('cc1', { type: 'observe' }, observed(8, 35)))).toEqual([
      'cc1 has 8 frames free of 8, and copies of processes take 2'
    ])
  })

  it('takes any moment between the question and the answer', () => {
    const during = (frames: number, pages: number) =>
      begun().order('cc1', { type: 'observe' }).admitted('p1', 'cc1').answer('cc1', observed(frames, pages), 1)
    expect(found('resourcesComeBack', during(8, 40))).toEqual([])
    expect(found('resourcesComeBack', during(6, 35))).toEqual([])
  })
})

describe('coresExclusive', () => {
  it('finds more threads than cores for users, of all processes of a cluster together', () => {
    expect(found('coresExclusive', begun().threads('p1', 'cc0', 10).threads('p2', 'cc0', 5).threads('p2', 'cc0', 6))).toEqual([
      '16 threads run on cc0 at 4, which has 15 cores for users'
    ])
    expect(found('coresExclusive', begun().threads('p1', 'cc0', 10).threads('p1', 'cc0', 0).threads('p2', 'cc0', 15))).toEqual([])
  })
})

describe('workConserved', () => {
  const worked = (first: number, second: number) =>
    begun()
      .at(1000)
      .threads('p1', 'cc0', 2)
      .at(1000 + first)
      .threads('p1', 'cc0', 0)
      .at(3000)
      .threads('p1', 'cc1', 2)
      .at(3000 + second)
      .threads('p1', 'cc1', 0)

  it('finds a process that ends with less or more than its threads need', () => {
    expect(found('workConserved', worked(40, 60).placed('p1', 'cc1', 'exited'))).toEqual([])
    expect(found('workConserved', worked(40, 20).placed('p1', 'cc1', 'exited'))).toEqual([
      'p1 ends with 120 ns of core time, and needs 200'
    ])
    expect(found('workConserved', worked(40, 90).placed('p1', 'cc1', 'exited'))).toEqual([
      'p1 ends with 260 ns of core time, and needs 200'
    ])
  })

  it('says nothing of one that is killed', () => {
    expect(found('workConserved', worked(40, 20).order('cc1', { type: 'kill', process: 'p1' }).placed('p1', 'cc1', 'exited'))).toEqual([])
  })
})

describe('faultsServed', () => {
  const waiting = () => migration().fact('cc1', { type: 'wanted', process: 'p1', piece: page(0) })

  it('finds a page that never comes', () => {
    const told = waiting()
    const { at } = told.journal().at(-1)!
    expect(found('faultsServed', told.at(999).ended('cc1'))).toEqual([`p1 waits on cc1 for frames 0 since ${at}, and it has not come`])
  })

  it('says nothing where it comes, or the process ends', () => {
    expect(found('faultsServed', waiting().installed('p1', 'cc1', page(0)).at(999).ended('cc1'))).toEqual([])
    expect(found('faultsServed', waiting().placed('p1', 'cc1', 'exited').at(999).ended('cc1'))).toEqual([])
  })
})

describe('systemGoesOn', () => {
  it('finds a timer that rings late while a process is frozen', () => {
    const rung = (late: number) =>
      begun()
        .frozen('p1', 'cc0')
        .at(10)
        .order('cc0', { type: 'wake', afterNs: 20 })
        .at(30 + late)
        .answer('cc0', { type: 'done' })
    expect(found('systemGoesOn', rung(0))).toEqual([])
    expect(found('systemGoesOn', rung(5))).toEqual(['while p1 was frozen on cc0 a timer of 20 ns rang after 25'])
  })

  it('finds a call that waits for the process, answered or not', () => {
    const asked = () => begun().frozen('p1', 'cc0').at(10).order('cc0', { type: 'describe', process: 'p1' })
    const made = { process: 'p1', user: 'alice', threads: 2, pages: 1, pieces: [] }
    expect(found('systemGoesOn', asked().at(1e9).answer('cc0', { type: 'described', made, cycles: 1 }))).toEqual([
      'while p1 was frozen on cc0 describe took 999999990 ns'
    ])
    expect(found('systemGoesOn', asked().at(1e9).placed('p1', 'cc0', 'running'))).toEqual([
      'p1 was frozen on cc0, and describe at 10 has no answer'
    ])
    expect(found('systemGoesOn', asked().at(1e3).answer('cc0', { type: 'described', made, cycles: 1 }))).toEqual([])
  })
})
