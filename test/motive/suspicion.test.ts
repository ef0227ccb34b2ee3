import { describe, expect, it } from 'vitest'
import { suspicion } from '../../lib/motive/suspicion'
import { clusterWith, seen, viewOf } from './views'

const spy = seen('spy', { refusals: 9 })
const honest = seen('honest', { threads: 15, pages: 90, cpuNs: 150e9, bytesTo: { io0: 1e9 }, refusals: 2 })

describe('suspicion', () => {
  it('isolates who asks for what is not its own, on an empty cluster', () => {
    expect(suspicion()(viewOf([clusterWith('cc0', [honest, spy]), clusterWith('cc1', [seen('other')]), clusterWith('cc2', [])]))).toEqual([
      {
        type: 'isolate',
        process: 'spy',
        from: 'cc0',
        to: 'cc2',
        reason: 'it asks again and again for what is not its own',
        figures: { refusals: 9, refusedAtMost: 8 }
      }
    ])
  })
  it('kills it where no cluster is empty, or where that is wanted', () => {
    expect(suspicion()(viewOf([clusterWith('cc0', [honest, spy])]))).toMatchObject([{ type: 'kill', process: 'spy' }])
    expect(suspicion({ act: 'kill' })(viewOf([clusterWith('cc0', [spy]), clusterWith('cc1', [])]))).toMatchObject([
      { type: 'kill', process: 'spy' }
    ])
  })
  it('leaves who is alone already', () => {
    expect(suspicion()(viewOf([clusterWith('cc0', [spy]), clusterWith('cc1', [])]))).toEqual([])
  })
  it('judges traffic by the allowance of its user, once it is old enough', () => {
    const rule = suspicion({ bytesPerSecond: { honest: 1e8 }, act: 'kill' })
    expect(rule(viewOf([clusterWith('cc0', [honest])]))).toEqual([])
    const flood = seen('honest', { bytesTo: { a: 0.7e9, b: 0.4e9 } })
    expect(rule(viewOf([clusterWith('cc0', [flood])]))).toMatchObject([{ type: 'kill', figures: { bytesPerSecond: 1.1e8, allowed: 1e8 } }])
    expect(rule(viewOf([clusterWith('cc0', [{ ...flood, ageNs: 9e6 }])]))).toEqual([])
  })
  it('never touches a process for being busy', () => {
    expect(suspicion({ bytesPerSecond: { other: 1 } })(viewOf([clusterWith('cc0', [honest]), clusterWith('cc1', [])]))).toEqual([])
  })
})
