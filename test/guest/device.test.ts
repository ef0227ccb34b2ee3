import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type DeviceOptions, device, deviceState } from '../../lib/guest/device'
import { devicePresets } from '../../lib/guest/devicePresets'
import { vm } from '../../lib/guest/guest'

const of = (options: Partial<DeviceOptions> = {}) => device({ name: 'd', ...options }, { pages: 8 })

describe('device', () => {
  it('with nothing but a name is nothing that moves, and can be moved', () => {
    expect(of()).toEqual({
      name: 'd',
      stateBytes: 0,
      saveNs: 0,
      loadNs: 0,
      parallel: false,
      movable: true,
      reason: 'it cannot leave its host',
      unplugNs: null,
      plugNs: 0
    })
  })

  it('writes all of memory behind its first page unless told otherwise', () => {
    expect(of({ dma: { intervalNs: 2, pages: 3, from: 4 } }).dma).toEqual({ intervalNs: 2, pages: 3, from: 4, mapped: 4, seen: 'logged' })
  })

  it('whose writes nothing sees cannot move', () => {
    const unseen = of({ dma: { intervalNs: 2, pages: 1, seen: 'unseen' } })
    expect([unseen.movable, unseen.reason]).toEqual([false, 'what it writes to memory is not logged'])
    expect(() => of({ movable: true, dma: { intervalNs: 2, pages: 1, seen: 'unseen' } })).toThrow(
      'device: d must not be movable when nothing sees what it writes (got true)'
    )
  })

  it('is refused with what makes no sense', () => {
    expect(() => of({ name: '' })).toThrow('device: name must not be empty (got "")')
    expect(() => of({ saveNs: -1 })).toThrow('device: saveNs of d must be an integer of at least 0 (got -1)')
    expect(() => of({ unplugNs: 0.5 })).toThrow('device: unplugNs of d must be an integer of at least 0 (got 0.5)')
    expect(() => of({ movable: false, reason: '' })).toThrow('device: reason of d must not be empty (got "")')
    expect(() => of({ dma: { intervalNs: 1, pages: 1 } })).toThrow('device: intervalNs of d must be an integer of at least 2 (got 1)')
    expect(() => of({ dma: { intervalNs: 2, pages: 1, from: 8 } })).toThrow(
      "device: from of d must be an integer from 0 to below the guest's 8 pages (got 8)"
    )
    expect(() => of({ dma: { intervalNs: 2, pages: 1, from: 4, mapped: 5 } })).toThrow(
      'device: mapped of d must be an integer from 1 to the 4 pages behind its first (got 5)'
    )
    expect(() => of({ dma: { intervalNs: 2, pages: 9 } })).toThrow(RangeError)
    expect(() => vm({ pages: 8, devices: [{ name: 'a' }, { name: 'a' }] })).toThrow('vm: names of devices must differ (got a, a)')
  })

  it('bytes add up; a time is the larger of the sum over those that go one after the other and the longest of those that go beside them', () => {
    const ns = fc.nat({ max: 1000 })
    const one = fc.record({ stateBytes: ns, saveNs: ns, loadNs: ns, parallel: fc.boolean() })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 5 }), (list) => {
        const sum = (what: (d: (typeof list)[number]) => number): number => list.reduce((n, d) => n + what(d), 0)
        const time = (what: 'saveNs' | 'loadNs') =>
          Math.max(
            sum((d) => (d.parallel ? 0 : d[what])),
            ...list.map((d) => (d.parallel ? d[what] : 0))
          )
        expect(deviceState(list.map((d) => of(d)))).toEqual({
          bytes: sum((d) => d.stateBytes),
          saveNs: time('saveNs'),
          loadNs: time('loadNs')
        })
      })
    )
  })

  it('has presets that a guest takes', () => {
    const guest = vm({ pages: 8, devices: Object.values(devicePresets) })
    expect(guest.devices.filter(({ movable }) => !movable).map(({ name }) => name)).toEqual(['passthrough'])
    expect(deviceState(guest.devices).saveNs).toBe(537_000_000)
  })
})
